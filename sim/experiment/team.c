/* team.c - replications on threads, merged in order of index.
 *
 * Workers only compute; the main thread takes what is next in order, watches the clock, the
 * interrupt flag, and reports progress. When a replication fails, those before it still finish, so
 * the failure that is reported is the same for any number of threads. A new thread has the
 * process's locale, whose decimal point may be a comma: workers take that of the thread that leads.
 */
#include "experiment/team.h"

#include "base/arena.h"
#include "orrery/time.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define AHEAD 2
#define POLL_NS (50 * NS_PER_MS)

struct slot {
    bool full;
    struct replica replica;
};

struct team {
    const struct replica_plan *plan;
    struct diag *diag;
    locale_t locale;
    pthread_mutex_t lock;
    pthread_cond_t room, news; /* room: to begin another; news: for the main thread */
    uint32_t next, taken, slot_count, thread_count, running;
    uint64_t events_taken;
    atomic_uint_fast32_t limit; /* no replication from here on is wanted */
    atomic_bool stop;
    struct slot *slots;            /* index % slot_count */
    struct replica_watch *watches; /* likewise */
};

static double wall_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool stop_asked(void *state, uint32_t index)
{
    struct team *team = state;
    return atomic_load(&team->stop) || index >= atomic_load(&team->limit);
}

/* The next replication to run; false when there is none left for this worker. */
static bool next_index(struct team *team, uint32_t *index)
{
    pthread_mutex_lock(&team->lock);
    while (!atomic_load(&team->stop) && team->next < atomic_load(&team->limit) &&
           team->next >= team->taken + team->slot_count)
        pthread_cond_wait(&team->room, &team->lock);
    bool more = !atomic_load(&team->stop) && team->next < atomic_load(&team->limit);
    if (more) {
        *index = team->next++;
        struct replica_watch *watch = &team->watches[*index % team->slot_count];
        atomic_store(&watch->events, 0);
        atomic_store(&watch->now_ns, 0);
    }
    pthread_mutex_unlock(&team->lock);
    return more;
}

static void hand_over(struct team *team, uint32_t index, const struct replica *replica)
{
    pthread_mutex_lock(&team->lock);
    struct slot *slot = &team->slots[index % team->slot_count];
    slot->replica = *replica;
    slot->full = true;
    if (replica->status != REPLICA_FINISHED && replica->status != REPLICA_STOPPED &&
        index + 1 < atomic_load(&team->limit))
        atomic_store(&team->limit, index + 1);
    pthread_cond_signal(&team->news);
    pthread_cond_broadcast(&team->room);
    pthread_mutex_unlock(&team->lock);
}

static void *work(void *state)
{
    struct team *team = state;
    uint32_t index = 0;
    uselocale(team->locale);
    while (next_index(team, &index)) {
        /* Building says the same of every replication: the first one's words are enough. */
        struct diag *own = index == 0 ? team->diag : diag_open();
        struct replica replica;
        struct replica_watch *watch = &team->watches[index % team->slot_count];
        team->plan->run(team->plan, index, own, index == 0 ? team->plan->options->trace : NULL,
                        stop_asked, team, watch, &replica);
        if (index != 0) diag_close(own);
        hand_over(team, index, &replica);
    }
    pthread_mutex_lock(&team->lock);
    team->running--;
    pthread_cond_signal(&team->news);
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

/* With the lock held, but not while the listener listens: it may take its time. */
static void tell_progress(struct team *team, double wall_s)
{
    const struct experiment_options *o = team->plan->options;
    if (!o->progress) return;
    struct progress p = { .finished = team->taken,
                          .replications = o->replications,
                          .wall_s = wall_s,
                          .events = team->events_taken };
    double done_ns = (double)team->taken * (double)team->plan->until_ns;
    for (uint32_t i = team->taken; i < team->next; i++) {
        const struct replica_watch *watch = &team->watches[i % team->slot_count];
        int64_t now_ns = atomic_load_explicit(&watch->now_ns, memory_order_relaxed);
        if (i == team->taken) p.simulated_s = ns_to_s(now_ns);
        p.events += atomic_load_explicit(&watch->events, memory_order_relaxed);
        done_ns += (double)now_ns;
    }
    p.share = done_ns / ((double)o->replications * (double)team->plan->until_ns);
    pthread_mutex_unlock(&team->lock);
    o->progress(o->progress_state, &p);
    pthread_mutex_lock(&team->lock);
}

static void ask_to_stop(struct team *team)
{
    atomic_store(&team->stop, true);
    pthread_cond_broadcast(&team->room);
}

/* Looks at the outside world; with the lock held. */
static void look_around(struct team *team, double begin_s, struct team_result *out)
{
    const struct experiment_options *o = team->plan->options;
    double wall_s = wall_now() - begin_s;
    bool limited = o->wall_ns_max > 0 && wall_s * 1e9 >= (double)o->wall_ns_max;
    bool interrupted = o->interrupt && atomic_load(o->interrupt);
    if ((limited || interrupted) && !out->stopped) {
        out->stopped = true;
        out->limited = limited && !interrupted;
        ask_to_stop(team);
    }
    tell_progress(team, wall_s);
}

/* Gives what is next in order to take, as far as it goes. False: enough. */
static bool take_ready(struct team *team, bool (*take)(void *, uint32_t, struct replica *),
                       void *state, struct team_result *out)
{
    struct slot *slot = &team->slots[team->taken % team->slot_count];
    while (slot->full) {
        slot->full = false;
        if (slot->replica.status == REPLICA_STOPPED) return false;
        if (slot->replica.status != REPLICA_FINISHED) {
            out->first_failure = slot->replica;
            return false;
        }
        team->events_taken += slot->replica.events;
        pthread_mutex_unlock(&team->lock); /* workers go on while the store is written */
        bool good = take(state, team->taken, &slot->replica);
        pthread_mutex_lock(&team->lock);
        team->taken++;
        pthread_cond_broadcast(&team->room);
        if (!good) return false;
        slot = &team->slots[team->taken % team->slot_count];
    }
    return team->taken < team->plan->options->replications;
}

static void wait_for_news(struct team *team)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + POLL_NS;
    until.tv_sec += ns / NS_PER_S;
    until.tv_nsec = ns % NS_PER_S;
    pthread_cond_timedwait(&team->news, &team->lock, &until);
}

static uint32_t start_workers(struct team *team, pthread_t *threads, uint32_t wanted)
{
    uint32_t started = 0;
    while (started < wanted && pthread_create(&threads[started], NULL, work, team) == 0)
        started++;
    pthread_mutex_lock(&team->lock);
    team->running -= wanted - started; /* fewer threads: slower, and the same results */
    pthread_mutex_unlock(&team->lock);
    return started;
}

static void lead(struct team *team, bool (*take)(void *, uint32_t, struct replica *), void *state,
                 struct team_result *out)
{
    double begin_s = wall_now();
    pthread_mutex_lock(&team->lock);
    bool more = true;
    while (more && (more = take_ready(team, take, state, out)) && team->running > 0) {
        wait_for_news(team);
        look_around(team, begin_s, out);
    }
    ask_to_stop(team);
    pthread_mutex_unlock(&team->lock);
    out->wall_s = wall_now() - begin_s;
}

void team_run(const struct replica_plan *plan, struct diag *d,
              bool (*take)(void *state, uint32_t index, struct replica *r), void *state,
              struct team_result *out)
{
    const struct experiment_options *o = plan->options;
    uint32_t wanted = o->threads < o->replications ? o->threads : o->replications;
    struct arena *a = arena_open();
    struct team team = { .plan = plan,
                         .diag = d,
                         .locale = uselocale((locale_t)0),
                         .running = wanted,
                         .slot_count = AHEAD * wanted };
    pthread_t *threads = arena_alloc(a, wanted * sizeof *threads);
    team.slots = arena_alloc(a, team.slot_count * sizeof *team.slots);
    team.watches = arena_alloc(a, team.slot_count * sizeof *team.watches);
    pthread_mutex_init(&team.lock, NULL);
    pthread_cond_init(&team.room, NULL);
    pthread_cond_init(&team.news, NULL);
    atomic_store(&team.limit, o->replications);
    memset(out, 0, sizeof *out);
    out->first_failure.status = REPLICA_FINISHED;
    out->threads = start_workers(&team, threads, wanted);
    if (out->threads > 0) lead(&team, take, state, out);
    for (uint32_t i = 0; i < out->threads; i++)
        pthread_join(threads[i], NULL);
    for (uint32_t i = 0; i < team.slot_count; i++)
        if (team.slots[i].full) arena_close(team.slots[i].replica.arena);
    out->taken = team.taken;
    pthread_cond_destroy(&team.news);
    pthread_cond_destroy(&team.room);
    pthread_mutex_destroy(&team.lock);
    arena_close(a);
}
