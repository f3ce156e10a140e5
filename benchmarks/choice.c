/* One month of choices of route in C: the yardstick of sim/model/kernels/route_choice.py, operation for operation.
 *
 * Same counter-based draws, same blocks of 64 firms of one type, same polynomials, same order of every sum. Built without
 * contraction and without fast-math it must therefore give the same route for every firm, to the last one; built with
 * -ffast-math it shows what strict arithmetic costs.
 */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 64, LANES = 16, MOST_ROUTES = 256, MOST_THREADS = 64 };
enum { MARKET_WEIGHT, BANNED_SHARE, LEGAL_HAZARD, SECONDARY_HAZARD, REPUTATION_COST, LOYALTY_BONUS, BASE_WEIGHT, FIELDS };

/* Everything a month needs; the order of the fields is repeated in benchmarks/in_c.py. */
typedef struct {
    const int64_t *chunks;   /* (chunk, 3): type, first row, row after the last */
    const int64_t *start;    /* (type + 1) */
    const float *prospects;  /* (type, 7, route) */
    const double *contract_end_odds;    /* (type, route) */
    const float *loss_if_listed;     /* (route) */
    const float *aversion, *exposure, *reputation;
    const uint8_t *listed;
    uint8_t *route;
    int16_t *since;
    int64_t *moves;          /* (chunk, route) */
    int64_t n_chunks, n_routes, nested, month, threads;
    uint64_t key_end, key_route;
    float dissimilarity;
} Month;

typedef struct {
    float weight[MOST_ROUTES][BLOCK], aversion[BLOCK], reputation[BLOCK], listed[BLOCK], fear[BLOCK], total[BLOCK], draw[BLOCK];
    int32_t used[BLOCK], choice[BLOCK];
    double chance[BLOCK];
    int64_t rows[2 * BLOCK];
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

static inline float logarithm(float x) {
    union { float f; int32_t i; } bits = {x};
    float e = (float)((bits.i >> 23) - 127);
    union { int32_t i; float f; } mantissa = {(bits.i & 0x7FFFFF) | 0x3F800000};
    float m = mantissa.f;
    int big = m > 1.41421356f;
    e = big ? e + 1.0f : e;
    m = big ? m * 0.5f : m;
    float s = (m - 1.0f) / (m + 1.0f), z = s * s;
    float series = 1.0f + z * ((float)(1.0 / 3) + z * ((float)(1.0 / 5) + z * ((float)(1.0 / 7) + z * (float)(1.0 / 9))));
    return e * 0.693147181f + 2.0f * s * series;
}

static inline float power(float x, float y) {
    float value = expo(y * logarithm(x));
    return x > 1e-37f ? value : 0.0f;
}

static void block_weights(const Month *m, const float *prospects, int n, Scratch *s) {
    const int64_t routes = m->n_routes;
    const float inverse = 1.0f / m->dissimilarity;
    float usual = 0.0f;
    int some_listed = 0;
    for (int j = 0; j < n; j++) some_listed |= s->listed[j] > 0.0f;
    memset(s->total, 0, sizeof s->total);
    for (int64_t k = 0; k < routes; k++) {
        const float base = prospects[BASE_WEIGHT * routes + k], market = prospects[MARKET_WEIGHT * routes + k];
        const float banned = prospects[BANNED_SHARE * routes + k], hazard = prospects[LEGAL_HAZARD * routes + k];
        const float threat = prospects[SECONDARY_HAZARD * routes + k], cost = prospects[REPUTATION_COST * routes + k], loss = m->loss_if_listed[k];
        float *weight = s->weight[k];
        if (base == 0.0f) {
            memset(weight, 0, sizeof s->weight[k]);
            continue;
        }
        for (int j = 0; j < n; j++) {
            float lawful = 1.0f - banned + banned * expo(-s->aversion[j] * hazard);
            weight[j] = market * lawful * expo(-s->fear[j] * threat - s->reputation[j] * cost);
        }
        if (some_listed && loss > 0.0f)
            for (int j = 0; j < n; j++) weight[j] *= expo(-s->listed[j] * loss);
        if (k < m->nested) {
            usual += base;
            for (int j = 0; j < n; j++) {
                weight[j] = base * power(weight[j], inverse);
                s->total[j] += weight[j];
            }
        } else {
            for (int j = 0; j < n; j++) weight[j] *= base;
        }
    }
    for (int j = 0; j < n; j++) {
        float mean = usual > 0.0f ? s->total[j] / usual : 0.0f;
        float scale = power(mean, m->dissimilarity) / mean;
        s->total[j] = mean > 0.0f ? scale : 0.0f;
    }
    for (int64_t k = 0; k < m->nested; k++)
        for (int j = 0; j < n; j++) s->weight[k][j] *= s->total[j];
    memset(s->total, 0, sizeof s->total);
    for (int64_t k = 0; k < routes; k++) {
        const float bonus = 1.0f + prospects[LOYALTY_BONUS * routes + k];
        for (int j = 0; j < n; j++) {
            float loyal = s->weight[k][j] * bonus;
            s->total[j] += s->used[j] == (int32_t)k ? loyal : s->weight[k][j];
            s->weight[k][j] = s->total[j];
        }
    }
}

static void choose_block(const Month *m, int64_t type, uint64_t first, const int64_t *rows, int n, int64_t *moves, Scratch *s) {
    const int padded = (n + LANES - 1) / LANES * LANES;
    for (int j = 0; j < n; j++) {
        const int64_t r = rows[j];
        s->aversion[j] = m->aversion[r];
        s->reputation[j] = m->reputation[r];
        s->listed[j] = (float)m->listed[r];
        s->fear[j] = m->exposure[r] * (1.0f - s->listed[j]);
        s->used[j] = m->route[r];
        s->draw[j] = (float)uniform(m->key_route, first + (uint64_t)r);
    }
    block_weights(m, m->prospects + type * FIELDS * m->n_routes, padded, s);
    for (int j = 0; j < padded; j++) {
        s->draw[j] *= s->weight[m->n_routes - 1][j];
        s->choice[j] = 0;
    }
    for (int64_t k = 0; k < m->n_routes - 1; k++)
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
    int64_t *moves = m->moves + c * m->n_routes;
    memset(moves, 0, sizeof(int64_t) * (size_t)m->n_routes);
    int n = 0;
    for (int64_t begin = low; begin < high; begin += BLOCK) {
        const int width = high - begin < BLOCK ? (int)(high - begin) : BLOCK, over = begin + BLOCK >= high;
        for (int j = 0; j < width; j++) s->chance[j] = uniform(m->key_end, first + (uint64_t)(begin + j));
        for (int j = 0; j < width; j++) {
            s->rows[n] = begin + j;
            n += s->chance[j] < odds[m->route[begin + j]];
        }
        int done = 0;
        while (n - done >= BLOCK || (over && n > done)) {
            const int size = n - done < BLOCK ? n - done : BLOCK;
            choose_block(m, type, first, s->rows + done, size, moves, s);
            done += size;
        }
        memmove(s->rows, s->rows + done, sizeof(int64_t) * (size_t)(n - done));
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
