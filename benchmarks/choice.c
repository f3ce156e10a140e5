/* One month of choices of route in C: the yardstick of sim/model/kernels/route_choice.py, operation for operation.
 *
 * Same counter-based draws, same blocks of 64 firms of one type, same polynomial, same order of every sum, same work saved
 * on routes that tell no firms of one type apart. Built without contraction and without fast-math it must therefore give
 * the same route for every firm, to the last one; built with -ffast-math it shows what strict arithmetic costs.
 *
 * Firms are of three kinds: participants, outsiders that may enter the target's market, and listed firms, which neither
 * enter nor leave and sell at home what they lose elsewhere. Sampled mode only.
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 64, LANES = 16, MOST_ROUTES = 256, MOST_THREADS = 64 };
enum { MARKET_WEIGHT, BANNED_SHARE, LEGAL_HAZARD, SECONDARY_HAZARD, REPUTATION_COST, BASE_WEIGHT, FIELDS };

/* Everything a month needs; the order of the fields is repeated in benchmarks/in_c.py. */
typedef struct {
    const int64_t *chunks;   /* (chunk, 3): type, first row, row after the last */
    const int64_t *start;    /* (type + 1) */
    const float *prospects;  /* (type, 6, route) */
    const double *contract_end_odds;    /* (type, route) */
    const double *entering, *leaving; /* (type) */
    const float *loss_if_listed;     /* (route) */
    const int64_t *home;             /* (type) */
    const float *aversion, *exposure, *reputation;
    const uint8_t *listed;
    uint8_t *route;
    int16_t *since;
    uint8_t *participates;
    int64_t *moves;          /* (chunk, route + 1), zero at the start; participants last */
    int64_t n_chunks, n_routes, month, threads;
    uint64_t key_end, key_route;
} Month;

typedef struct {
    float weight[MOST_ROUTES][BLOCK], aversion[BLOCK], exposure[BLOCK], reputation[BLOCK], listed[BLOCK], participates[BLOCK];
    float total[BLOCK], lost[BLOCK], draw[BLOCK];
    int32_t used[BLOCK], choice[BLOCK];
    double chance[BLOCK];
    int64_t rows[2 * BLOCK];
    uint8_t switches[2 * BLOCK];
} Scratch;

static inline double uniform(uint64_t key, uint64_t identity) {
    uint64_t z = key + identity * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 1.1102230246251565e-16;
}

static inline float expo(float x) {
    x = x < -80.0f ? -80.0f : x;
    x = x > 80.0f ? 80.0f : x;
    float n = floorf(x * 1.44269504f + 0.5f);
    float f = x - n * 0.693359375f;
    f += n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * f + 1.3981999507e-3f;
    p = p * f + 8.3334519073e-3f;
    p = p * f + 4.1665795894e-2f;
    p = p * f + 1.6666665459e-1f;
    p = p * f + 5.0000001201e-1f;
    p = p * f * f + f + 1.0f;
    union { int32_t i; float f; } scale = {(int32_t)((uint32_t)((int32_t)n + 127) << 23)};
    return p * scale.f;
}

/* sim.rules.route_choice.route_weight */
static inline float route_weight(float market, float banned, float aversion, float hazard, float exposure, float threat,
                                 float reputation, float cost) {
    const float free_part = market * (1.0f - banned), banned_part = (market < 1.0f ? market : 1.0f) * banned;
    return (free_part + banned_part * expo(-aversion * hazard)) * expo(-exposure * threat - reputation * cost);
}

/* sim.model.kernels.block_weights.block_weights */
static void block_weights(const Month *m, const float *prospects, int64_t home, int n, Scratch *s) {
    const int64_t routes = m->n_routes;
    int some_listed = 0;
    for (int j = 0; j < n; j++) some_listed |= s->listed[j] > 0.0f;
    memset(s->total, 0, sizeof s->total);
    memset(s->lost, 0, sizeof s->lost);
    for (int64_t k = 0; k < routes; k++) {
        const float base = prospects[BASE_WEIGHT * routes + k], loss = m->loss_if_listed[k];
        const float market = prospects[MARKET_WEIGHT * routes + k], banned = prospects[BANNED_SHARE * routes + k];
        const float hazard = prospects[LEGAL_HAZARD * routes + k], threat = prospects[SECONDARY_HAZARD * routes + k];
        const float cost = prospects[REPUTATION_COST * routes + k];
        float *weight = s->weight[k];
        if (base == 0.0f) {
            memcpy(weight, s->total, sizeof s->weight[k]);
            continue;
        }
        const int strikes = some_listed && loss > 0.0f;
        if (banned == 0.0f && hazard == 0.0f && threat == 0.0f && cost == 0.0f && !strikes) {
            /* Nothing on this route tells firms of one type apart. */
            const float same = base * route_weight(market, banned, s->aversion[0], hazard, s->exposure[0], threat, s->reputation[0], cost);
            for (int j = 0; j < n; j++) weight[j] = same;
        } else {
            for (int j = 0; j < n; j++)
                weight[j] = base * route_weight(market, banned, s->aversion[j], hazard, s->exposure[j], threat, s->reputation[j], cost);
            if (strikes)
                for (int j = 0; j < n; j++) {
                    const float kept = weight[j] * expo(-s->listed[j] * loss);
                    s->lost[j] += weight[j] - kept;
                    weight[j] = kept;
                }
        }
        if (k == 0) /* who does not consider the target does not sell there */
            for (int j = 0; j < n; j++) weight[j] *= s->participates[j];
        for (int j = 0; j < n; j++) {
            s->total[j] += weight[j];
            weight[j] = s->total[j];
        }
    }
    if (some_listed)
        for (int64_t k = home; k < routes; k++)
            for (int j = 0; j < n; j++) s->weight[k][j] += s->lost[j];
}

static void choose_block(const Month *m, int64_t type, uint64_t first, int done, int n, int64_t *moves, Scratch *s) {
    const int padded = (n + LANES - 1) / LANES * LANES;
    const int64_t *rows = s->rows + done, routes = m->n_routes;
    for (int j = 0; j < n; j++) {
        const int64_t r = rows[j];
        const uint8_t now = m->participates[r] ^ s->switches[done + j];
        moves[routes] += (int64_t)now - (int64_t)m->participates[r];
        m->participates[r] = now;
        s->aversion[j] = m->aversion[r];
        s->exposure[j] = m->exposure[r];
        s->reputation[j] = m->reputation[r];
        s->listed[j] = (float)m->listed[r];
        s->participates[j] = (float)now;
        s->used[j] = m->route[r];
        s->draw[j] = (float)uniform(m->key_route, first + (uint64_t)r);
    }
    for (int j = n; j < padded; j++) s->draw[j] = 0.0f; /* scaled again and again it would become denormal, and slow */
    block_weights(m, m->prospects + type * FIELDS * routes, m->home[type], padded, s);
    for (int j = 0; j < padded; j++) {
        s->draw[j] *= s->weight[routes - 1][j];
        s->choice[j] = 0;
    }
    for (int64_t k = 0; k < routes - 1; k++)
        for (int j = 0; j < padded; j++) s->choice[j] += s->weight[k][j] <= s->draw[j];
    for (int j = 0; j < n; j++) {
        moves[s->used[j]]--;
        moves[s->choice[j]]++;
        m->route[rows[j]] = (uint8_t)s->choice[j];
        m->since[rows[j]] = (int16_t)m->month;
    }
}

static void choose_chunk(const Month *m, int64_t c, Scratch *s) {
    const int64_t type = m->chunks[3 * c], low = m->chunks[3 * c + 1], high = m->chunks[3 * c + 2];
    const uint64_t first = ((uint64_t)type << 32) - (uint64_t)m->start[type];
    const double *odds = m->contract_end_odds + type * m->n_routes;
    const double odds_of_switch[2] = {m->entering[type], m->leaving[type]}; /* of those outside, of participants */
    int64_t *moves = m->moves + c * (m->n_routes + 1);
    int n = 0;
    for (int64_t begin = low; begin < high; begin += BLOCK) {
        const int width = high - begin < BLOCK ? (int)(high - begin) : BLOCK, over = begin + BLOCK >= high;
        for (int j = 0; j < width; j++) s->chance[j] = uniform(m->key_end, first + (uint64_t)(begin + j));
        for (int j = 0; j < width; j++) {
            const int64_t r = begin + j;
            /* A listed firm has nothing to leave for. */
            const double moving = odds_of_switch[m->participates[r]] * (double)(1 - m->listed[r]);
            s->rows[n] = r;
            s->switches[n] = s->chance[j] < moving;
            n += s->chance[j] < moving + (1.0 - moving) * odds[m->route[r]];
        }
        int done = 0;
        while (n - done >= BLOCK || (over && n > done)) {
            const int size = n - done < BLOCK ? n - done : BLOCK;
            choose_block(m, type, first, done, size, moves, s);
            done += size;
        }
        memmove(s->rows, s->rows + done, sizeof(int64_t) * (size_t)(n - done));
        memmove(s->switches, s->switches + done, (size_t)(n - done));
        n -= done;
    }
}

typedef struct {
    const Month *month;
    atomic_llong *next;
} Work;

static void *worker(void *given) {
    const Work *work = given;
    Scratch scratch;
    memset(&scratch, 0, sizeof scratch);
    for (;;) {
        const long long c = atomic_fetch_add(work->next, 1);
        if (c >= work->month->n_chunks) return NULL;
        choose_chunk(work->month, c, &scratch);
    }
}

void choose(const Month *month) {
    atomic_llong next = 0;
    Work work = {month, &next};
    pthread_t threads[MOST_THREADS];
    int started = 0;
    while (started < month->threads - 1 && started < MOST_THREADS && !pthread_create(&threads[started], NULL, worker, &work))
        started++;
    worker(&work);
    for (int i = 0; i < started; i++) pthread_join(threads[i], NULL);
}
