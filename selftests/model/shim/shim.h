/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that linux/ and asm/ here pretend to be: threads are CPUs, signals
 * are interrupts. Knows no header of the kernel's, so that shim.c can be built
 * with the system's own.
 */
#ifndef _SHIM_H
#define _SHIM_H

#define SHIM_CPUS	3
/* The collector's CPU, where nothing is raised */
#define SHIM_COLLECTOR	2

/* What a CPU is at; each interrupts those below it */
enum shim_level {
	SHIM_TASK,
	SHIM_SOFTIRQ,
	SHIM_HARDIRQ,
	SHIM_NMI,
};

extern __thread unsigned int shim_cpu;
extern __thread unsigned int shim_level;

/* What a softirq, a hard interrupt or an NMI does; set before the first comes */
extern void (*shim_interrupt)(void);

void shim_init(void);
void shim_start(unsigned int cpu);
void shim_timers_start(void);
void shim_timers_stop(void);
void shim_self(void (*fn)(void *arg), void *arg);
void shim_call(void (*fn)(void *arg), void *arg);
unsigned long shim_irq_save(void);
void shim_irq_restore(unsigned long flags);
void shim_wait(int *word, int value, unsigned int ms);
void shim_wake(int *word);
unsigned long long shim_now(void);
unsigned int shim_cpu_time(void);

#endif /* _SHIM_H */
