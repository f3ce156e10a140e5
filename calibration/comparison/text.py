"""What the page of the comparison says between its tables; numbers are put in where they are made."""

HEAD = """
# Model comparison

Written by `make compared`. Three models get the same question:

* **agents**: this simulator, at draws of the shipped posterior ([design](design.md), [calibration](calibration.md));
* **gravity**: structural gravity in the box, `calibration/comparison/gravity.py`: Armington goods with constant
  elasticities, solved in changes against the base year by exact hat algebra (Dekle, Eaton and Kortum 2008), on the
  same world;
* **network**: the PyPI package `sanction-simulator`, the model of "Political Power in International Trade"
  (Bhattathiripad and Veetil, [arXiv 2607.09990](https://arxiv.org/abs/2607.09990)) on the OECD's input-output tables.
  It is not in our lock, since it brings streamlit and plotly: `pip install sanction-simulator==0.1.4` adds its
  columns.

None of them is the truth. The page says which of them can speak of what, where they differ, why, and which was nearer
to what customs offices published.
"""

STOP = """
## A full stop

*From one month on nothing that is made in the coalition's states may be sold straight to Russia, and nothing else
happens: no war, no threat, no bank, no listing. What arrives in the second year, from whom, and who loses what?*

The agents run [`full-stop.yaml`](../calibration/comparison/full-stop.yaml), paired with the same world without the
stop; numbers are medians over draws of the posterior, in brackets 90 % of them (parameters alone, no sampling of firms
and no discrepancy). Gravity closes the same pairs and has one answer: nothing in it is drawn. The network model severs
all sales of the sectors that make goods. What a unit costs is for the agents the mean price of what arrives, for
gravity the ideal index of all traded goods that are bought, at home and abroad; the network model has no prices.
"""

READ = """
Gravity knows one way for a good to arrive: straight from its maker. What the coalition no longer sells is gone, and
Russia buys more from everybody else: {gravity} % less arrives. The agents have a second way. About {around} % of
what the coalition no longer sells straight comes round through third states, so that goods made in the coalition fall
by {made} % and not by all; and a third state's sales *on record* are then no longer its own goods: China's rise by
{china_record} bn USD a year, of which {china} bn are made there; gravity says {china_gravity} bn and means its own.
In all {agents} % less arrives. The network model lets a share δ of the severed trade leak, whoever carries it, and
lets nobody make up for a share τ of the rest: what arrives is set by these two numbers as much as by the tables, as
the brackets show.
"""

LAW = """
## The law as it was, beside what was published

Growth of sales on record in 2022 and 2023 on 2021. Agents: the reference scenario. Gravity and network: the shares of
trade that our clauses ban in each month, and payments that banks refuse; nothing else moves them. So that gravity is
not judged by our reading of the law, one column **tells** it by how much the coalition's sales fell (one barrier
around all of the coalition's goods, set so that the EU's sales to Russia are as published) and asks only for the
rest; and one multiplies it by the agents' drivers, which are the war, incomes and the season without any law.

A word of caution before the table. **The agents were fitted to these figures**, or to their quarters and halves, so
that their first column shows what the model can hold, not what it forecasts. The second column was not fitted; but
those who chose the model's form and priors knew some of the figures. The only figures that no model has seen are
those of 2024, below. Two of the figures from the coalition are what told gravity was told.

A miss of 10 log points is about 10 %; of 70, a factor of 2.
"""

HELD_OUT = """
In the held-out year gravity is behind the agents by little: CRPS {gravity} against {posterior} log points, and
{no_change} for a forecaster that says "no change". Law moved little from 2023 to 2024, and what moved trade then, the
banks, moves it in gravity only by the share of payments that we say they refuse. For the sum over all sellers in 2022
and 2023 the misses are {all_agents} (agents), {all_gravity} (gravity), {all_told} (gravity, told){all_network}: who
only wants the total is served as well by the simpler models. What the agents add is who, by which route, through which
customs records, and how sure.
"""

ASK = """
* **Ask gravity** what a ban does to trade and prices of the world once all has settled, where no third state passes
  goods on. It is transparent, has one elasticity a good, and costs a fraction of a second.
* **Ask the network model** which industries of which country lose output for want of inputs. Neither of the others
  can say.
* **Ask the agents** by which route goods arrive, what offices will see, what a threat, a listing or a bank order adds
  to a ban, and when.
"""

MAPPED = """
## What could not be mapped

* **Base year.** Agents and gravity start from the customs records of 2021; the network model from tables of 2022, the
  year in which most of the fall happened: the EU's sales of inputs to Russia are those after ten months of
  sanctions.
* **States.** Ours are 26, the EU one of them ([states.csv](../calibration/comparison/states.csv)). Kyrgyzstan, Armenia,
  Georgia, Uzbekistan and Serbia are not among its 80, and the package drops the rest of the world: no route through
  them can be asked for.
* **Goods.** Ours are twenty groups of HS codes, its are 50 sectors, of which those of agriculture, mining and
  manufactures make goods ([sectors.csv](../calibration/comparison/sectors.csv), our reading). Where law bans part of a
  sector's goods the package takes the share, weighted by what the state sold of them to Russia in 2021; its own page
  offers whole sectors only.
* **Inputs and final goods.** Its trade by pair is that of inputs to industries. Cars and telephones for households
  are in none of its flows. Of what states sold to Russia by our records of 2021 its inputs of 2022 are {inputs} %,
  for the states that both have.
* **Law.** Threats, listings, licences, corporate exit and the no-re-export clause have no counterpart in the other
  two.
* **Drivers.** The frozen payments of spring 2022, Russia's demand and the hubs' incomes move the agents only, unless
  a column says otherwise.
"""

TAIL = """
## How to make it

`make compared` runs all of it anew in about a minute ({draws} draws of posterior `{posterior}`), writes this page,
and puts the tables as CSV with a record of what made them into `docs/images/compared`. A test holds page
and tables against what the models say now; without the package its part is skipped.
"""
