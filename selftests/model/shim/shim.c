// SPDX-License-Identifier: GPL-2.0-only
/* Signals as interrupts, a futex as the sleep of a thread. */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim.h"

/*
 * Of two that are pending the lower number comes first: what a CPU sent to
 * itself is done before it answers a call.
 */
#define SIG_SELF	SIGALRM
#define SIG_CALL	SIGIO

static const int shim_signals[] = {
	[SHIM_SOFTIRQ]	= SIGUSR1,
	[SHIM_HARDIRQ]	= SIGUSR2,
	[SHIM_NMI]	= SIGURG,
};

/* In ns, without a common divisor, so that each comes in the midst of each other too */
static const long shim_periods[] = {
	[SHIM_SOFTIRQ]	= 47000,
	[SHIM_HARDIRQ]	= 61000,
	[SHIM_NMI]	= 53000,
};

struct shim_work {
	void	(*fn)(void *arg);
	void	*arg;
};

__thread unsigned int shim_cpu;
__thread unsigned int shim_level;
void (*shim_interrupt)(void);

static __thread timer_t shim_timers[SHIM_NMI + 1];
static pthread_t shim_threads[SHIM_CPUS];
static int shim_online[SHIM_CPUS];
static struct shim_work shim_selves[SHIM_CPUS];
static struct shim_work shim_called;
static int shim_answered;

static unsigned int shim_level_of(int sig)
{
	if (sig == shim_signals[SHIM_SOFTIRQ])
		return SHIM_SOFTIRQ;
	return sig == shim_signals[SHIM_NMI] ? SHIM_NMI : SHIM_HARDIRQ;
}

static void shim_handle(int sig)
{
	struct shim_work *self = &shim_selves[shim_cpu];
	unsigned int before = shim_level;
	int saved = errno;

	shim_level = shim_level_of(sig);
	if (sig == SIG_SELF) {
		self->fn(self->arg);
	} else if (sig == SIG_CALL) {
		shim_called.fn(shim_called.arg);
		__atomic_store_n(&shim_answered, 1, __ATOMIC_RELEASE);
	} else {
		shim_interrupt();
	}
	shim_level = before;
	errno = saved;
}

/* What is held off at a level, but an NMI, which nothing holds off below its own */
static void shim_mask(sigset_t *set, unsigned int level)
{
	sigemptyset(set);
	if (level >= SHIM_SOFTIRQ)
		sigaddset(set, shim_signals[SHIM_SOFTIRQ]);
	if (level >= SHIM_HARDIRQ) {
		sigaddset(set, shim_signals[SHIM_HARDIRQ]);
		sigaddset(set, SIG_SELF);
		sigaddset(set, SIG_CALL);
	}
	if (level >= SHIM_NMI)
		sigaddset(set, shim_signals[SHIM_NMI]);
}

static void shim_catch(int sig)
{
	struct sigaction action = { .sa_handler = shim_handle, .sa_flags = SA_RESTART };

	shim_mask(&action.sa_mask, shim_level_of(sig));
	sigaction(sig, &action, NULL);
}

void shim_init(void)
{
	shim_catch(shim_signals[SHIM_SOFTIRQ]);
	shim_catch(shim_signals[SHIM_HARDIRQ]);
	shim_catch(shim_signals[SHIM_NMI]);
	shim_catch(SIG_SELF);
	shim_catch(SIG_CALL);
}

/* The nth CPU of those that this process may use; none of its own where there are too few */
static void shim_pin(unsigned int nth)
{
	cpu_set_t may, one;
	int cpu;

	sched_getaffinity(0, sizeof(may), &may);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &may) || nth--)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
}

/* This thread is a CPU from now on, until its process ends */
void shim_start(unsigned int cpu)
{
	shim_cpu = cpu;
	shim_threads[cpu] = pthread_self();
	/* With two CPUs the first producer has one; the second shares the collector's */
	shim_pin(cpu == SHIM_COLLECTOR ? 1 : cpu);
	__atomic_store_n(&shim_online[cpu], 1, __ATOMIC_RELEASE);
}

/* Interrupt this CPU at each level again and again, wherever it is then */
void shim_timers_start(void)
{
	unsigned int level;

	for (level = SHIM_SOFTIRQ; level <= SHIM_NMI; level++) {
		struct itimerspec every = {
			.it_interval.tv_nsec = shim_periods[level],
			.it_value.tv_nsec = shim_periods[level],
		};
		struct sigevent event = {
			.sigev_notify = SIGEV_THREAD_ID,
			.sigev_signo = shim_signals[level],
			._sigev_un._tid = gettid(),
		};

		timer_create(CLOCK_MONOTONIC, &event, &shim_timers[level]);
		timer_settime(shim_timers[level], 0, &every, NULL);
	}
}

void shim_timers_stop(void)
{
	unsigned int level;

	for (level = SHIM_SOFTIRQ; level <= SHIM_NMI; level++)
		timer_delete(shim_timers[level]);
}

/* Interrupt this CPU; at once, unless it is at the level of a hard interrupt */
void shim_self(void (*fn)(void *arg), void *arg)
{
	shim_selves[shim_cpu].fn = fn;
	shim_selves[shim_cpu].arg = arg;
	pthread_kill(pthread_self(), SIG_SELF);
}

/* Have all other CPUs call a function, one after the other */
void shim_call(void (*fn)(void *arg), void *arg)
{
	unsigned int cpu;

	shim_called.fn = fn;
	shim_called.arg = arg;
	for (cpu = 0; cpu < SHIM_CPUS; cpu++) {
		if (cpu == shim_cpu || !__atomic_load_n(&shim_online[cpu], __ATOMIC_ACQUIRE))
			continue;
		__atomic_store_n(&shim_answered, 0, __ATOMIC_RELEASE);
		pthread_kill(shim_threads[cpu], SIG_CALL);
		while (!__atomic_load_n(&shim_answered, __ATOMIC_ACQUIRE))
			sched_yield();
	}
}

/* The level whose signals were held off before */
unsigned long shim_irq_save(void)
{
	sigset_t hold, before;

	shim_mask(&hold, SHIM_HARDIRQ);
	pthread_sigmask(SIG_BLOCK, &hold, &before);
	if (sigismember(&before, SIG_SELF))
		return SHIM_HARDIRQ;
	return sigismember(&before, shim_signals[SHIM_SOFTIRQ]) ? SHIM_SOFTIRQ : SHIM_TASK;
}

void shim_irq_restore(unsigned long flags)
{
	sigset_t allow, hold;
	int sig;

	shim_mask(&allow, SHIM_HARDIRQ);
	shim_mask(&hold, flags);
	for (sig = 1; sig < NSIG; sig++) {
		if (sigismember(&hold, sig) == 1)
			sigdelset(&allow, sig);
	}
	pthread_sigmask(SIG_UNBLOCK, &allow, NULL);
}

void shim_wait(int *word, int value, unsigned int ms)
{
	struct timespec timeout = { ms / 1000, ms % 1000 * 1000000L };

	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, &timeout, NULL, 0);
}

void shim_wake(int *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

unsigned long long shim_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Seconds that all threads together have been on a CPU */
unsigned int shim_cpu_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return used.tv_sec;
}
