// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raises in softirq, hard interrupt and NMI. Some interrupts a CPU sends to
 * itself, as many as are wanted; as many more as get through come from other
 * CPUs, and fall into any place of what runs there, a raise included.
 */
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/smp.h>

#include <asm/irq_regs.h>

#include "nmi.h"
#include "storm.h"

#define STORM_IRQ_BATCH		8	/* raises of one interrupt */
#define STORM_SOFTIRQ_BATCH	8

/**
 * struct storm_cpu - a CPU's means
 * @call: what it has another CPU run; one at a time
 * @interrupt: is run here in hard interrupt
 * @softirq: is run here when that returns
 */
struct storm_cpu {
	call_single_data_t	call;
	struct irq_work		interrupt;
	struct tasklet_struct	softirq;
};

static DEFINE_PER_CPU(struct storm_cpu, storm_cpus);
/* Interrupts that fell into raise.c */
static atomic_t storm_nested;

static void storm_note(struct pt_regs *regs)
{
	if (regs && abs(instruction_pointer(regs) - (unsigned long)__kevnotify_raise) < SZ_4K)
		atomic_inc(&storm_nested);
}

static void storm_in_softirq(struct tasklet_struct *unused)
{
	int i;

	for (i = 0; i < STORM_SOFTIRQ_BATCH; i++)
		storm_raise(STORM_SOFTIRQ);
}

static void storm_in_interrupt(struct irq_work *unused)
{
	/* A CPU that is going down runs it in its stopper thread */
	enum storm_level level = hardirq_count() ? STORM_HARDIRQ : STORM_TASK;
	int i;

	storm_note(get_irq_regs());
	for (i = 0; i < STORM_IRQ_BATCH; i++)
		storm_raise(level);
	tasklet_schedule(&this_cpu_ptr(&storm_cpus)->softirq);
}

/* Not always in hard interrupt: an idle CPU runs it by and by */
static void storm_called(void *unused)
{
	irq_work_queue(&this_cpu_ptr(&storm_cpus)->interrupt);
}

/* All are ours: two that are sent at once may come as one */
static int storm_in_nmi(unsigned int type, struct pt_regs *regs)
{
	storm_note(regs);
	storm_raise(STORM_NMI);
	return NMI_HANDLED;
}

static void storm_poke_other(unsigned int other, bool nmi)
{
	/* Fails while the last one is on its way */
	smp_call_function_single_async(other, &this_cpu_ptr(&storm_cpus)->call);
	if (nmi)
		storm_nmi_send(other);
}

/* Interrupt this CPU, and some other one */
void storm_poke(bool nmi)
{
	unsigned int other = get_random_u32() % nr_cpu_ids;
	unsigned int cpu = get_cpu();

	irq_work_queue(&this_cpu_ptr(&storm_cpus)->interrupt);
	if (nmi)
		storm_nmi_send(cpu);
	/* With preemption off, it stays online */
	if (other != cpu && cpu_online(other))
		storm_poke_other(other, nmi);
	put_cpu();
}

void storm_contexts_show(struct seq_file *m)
{
	seq_printf(m, "nested %d\n", atomic_read(&storm_nested));
}

int storm_contexts_start(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct storm_cpu *c = per_cpu_ptr(&storm_cpus, cpu);

		c->call.func = storm_called;
		init_irq_work(&c->interrupt, storm_in_interrupt);
		tasklet_setup(&c->softirq, storm_in_softirq);
	}
	return STORM_HAVE_NMI ?
	       register_nmi_handler(NMI_LOCAL, storm_in_nmi, 0, "kevnotify-storm") : 0;
}

static void storm_nothing(void *unused)
{
}

/* No raiser pokes any more */
void storm_contexts_stop(void)
{
	unsigned int cpu;

	/* Behind this, whatever was sent to a CPU has arrived there */
	on_each_cpu(storm_nothing, NULL, 1);
	for_each_possible_cpu(cpu) {
		irq_work_sync(&per_cpu_ptr(&storm_cpus, cpu)->interrupt);
		tasklet_kill(&per_cpu_ptr(&storm_cpus, cpu)->softirq);
	}
	if (STORM_HAVE_NMI)
		unregister_nmi_handler(NMI_LOCAL, "kevnotify-storm");
}
