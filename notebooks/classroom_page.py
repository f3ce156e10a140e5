"""The classroom as a page of Mesa's: play and step, sliders for parameters, what arrives month by month.

pip install "sanctions-sim[mesa-page]"
solara run notebooks/classroom_page.py
"""

from mesa.visualization import Slider, SolaraViz, make_plot_component

import sim

# Parameter -> smallest and largest value, step.
SLIDERS = {
    "law_capacity": (0.0, 0.9, 0.1),
    "brand_substitution": (1.0, 10.0, 1.0),
    "expectation_speed": (0.0, 1.0, 0.1),
}
LINES = {"deliveries_volume_musd": "#0b3c6f", "via_hubs_volume_musd": "#d55e00"}

classroom = sim.load("classroom")
classroom.run()  # the first month of all loads the compiled rules; better now than at the first click


def slider(name: str) -> Slider:
    """A slider of a parameter, at the value that the scenario has."""
    low, high, step = SLIDERS[name]
    return Slider(name.replace("_", " "), value=classroom.scenario.parameters[name], min=low, max=high, step=step)


page = SolaraViz(
    classroom.model(),
    components=[make_plot_component(LINES)],
    model_params={"scenario": "classroom", **{name: slider(name) for name in SLIDERS}},
    name="The classroom, month by month",
)
