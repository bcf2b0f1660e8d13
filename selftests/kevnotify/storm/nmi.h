/* SPDX-License-Identifier: GPL-2.0-only */
/* An NMI at will. Only x86 has one that a module may send. */
#ifndef _STORM_NMI_H
#define _STORM_NMI_H

#ifdef CONFIG_X86_LOCAL_APIC
#include <asm/apic.h>
#include <asm/irq_vectors.h>
#include <asm/nmi.h>

#define STORM_HAVE_NMI	true

static inline void storm_nmi_send(unsigned int cpu)
{
	apic->send_IPI(cpu, NMI_VECTOR);
}
#else
#define STORM_HAVE_NMI	false
#define NMI_DONE	0
#define NMI_HANDLED	1
#define register_nmi_handler(type, fn, flags, name)	((void)(fn), -EOPNOTSUPP)
#define unregister_nmi_handler(type, name)		do { } while (0)

static inline void storm_nmi_send(unsigned int cpu)
{
}
#endif

#endif /* _STORM_NMI_H */
