// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "mce": hardware has told of an error: a CPU, a memory controller, a PCIe
 * device; and a page of memory that is not used any more because of one.
 */
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/tracepoint.h>
#include <ras/ras_event.h>
#ifdef CONFIG_X86_MCE
#include <asm/mce.h>
#include <trace/events/mce.h>
#endif
#ifdef KEV_TRACE_memory_failure_event
/* The header above leaves it, and this one does not look */
#undef TRACE_INCLUDE_FILE
#include <trace/events/memory-failure.h>
#endif

#include "sources/sources.h"
#include "sources/tracepoint.h"

enum {
	KEV_MCE_CPU_CORRECTED = 1,
	KEV_MCE_CPU,
	KEV_MCE_MEMORY_CORRECTED,
	KEV_MCE_MEMORY,
	KEV_MCE_PAGE,
	KEV_MCE_PCIE_CORRECTED,
	KEV_MCE_PCIE,
};

static const char *const kev_mce_cpu_keys[] = { "ON_CPU", "BANK", "STATUS", "ADDRESS", NULL };
static const char *const kev_mce_memory_keys[] = { "LABEL", "ERRORS", "DETAIL", "ADDRESS", NULL };
static const char *const kev_mce_page_keys[] = { "PFN", "RESULT", NULL };
static const char *const kev_mce_pcie_keys[] = { "DEVICE", "STATUS", "SEVERITY", NULL };

static const struct kevnotify_event kev_mce_events[] = {
	[KEV_MCE_CPU_CORRECTED] = {
		"CPU {ON_CPU} has corrected an error: bank {BANK}, status {STATUS}", 4,
		kev_mce_cpu_keys
	},
	[KEV_MCE_CPU] = {
		"error of CPU {ON_CPU}: bank {BANK}, status {STATUS}", 2, kev_mce_cpu_keys
	},
	[KEV_MCE_MEMORY_CORRECTED] = {
		"{ERRORS} memory errors corrected: {LABEL}: {DETAIL}", 4, kev_mce_memory_keys
	},
	[KEV_MCE_MEMORY] = {
		"{ERRORS} memory errors: {LABEL}: {DETAIL}", 2, kev_mce_memory_keys
	},
	[KEV_MCE_PAGE] = {
		"page {PFN} of the memory is broken: {RESULT}", 2, kev_mce_page_keys
	},
	[KEV_MCE_PCIE_CORRECTED] = {
		"PCIe device {DEVICE} has corrected an error: status {STATUS}", 4,
		kev_mce_pcie_keys
	},
	[KEV_MCE_PCIE] = {
		"{SEVERITY} error of PCIe device {DEVICE}: status {STATUS}", 2, kev_mce_pcie_keys
	},
};

static const struct kevnotify_desc kev_mce_desc = {
	.name	= "mce",
	.events	= kev_mce_events,
	.ids	= ARRAY_SIZE(kev_mce_events),
	.objects = true,
};

#ifdef CONFIG_X86_MCE
/* AMD's deferred error is one of data that are lost and have not been used yet */
static bool kev_mce_cpu_corrected(const struct mce *m)
{
	bool amd = m->cpuvendor == X86_VENDOR_AMD || m->cpuvendor == X86_VENDOR_HYGON;

	return !(m->status & MCI_STATUS_UC) && !(amd && m->status & MCI_STATUS_DEFERRED);
}

static void kev_mce_cpu(void *src, struct mce *m)
{
	kevnotify_raise_about(src, kev_mce_cpu_corrected(m) ? KEV_MCE_CPU_CORRECTED : KEV_MCE_CPU,
			      m->extcpu + 1, KEVNOTIFY_U64(m->extcpu), KEVNOTIFY_U64(m->bank),
			      KEVNOTIFY_HEX(m->status), KEVNOTIFY_HEX(m->addr));
}

#ifdef KEV_HAVE_MCE_HW_ERR
static void kev_mce_cpu_probe(void *src, struct mce_hw_err *err)
{
	kev_mce_cpu(src, &err->m);
}
#else
#define kev_mce_cpu_probe	kev_mce_cpu
#endif

#define KEV_MCE_CPU_PROBE	KEV_PROBE(mce_record, kev_mce_cpu_probe, NULL)
#else
#define KEV_MCE_CPU_PROBE	NULL
#endif

static void kev_mce_memory(void *src, const unsigned int type, const char *detail,
			   const char *label, const int errors, const u8 controller, const s8 top,
			   const s8 mid, const s8 low, unsigned long address, const u8 grain_bits,
			   unsigned long syndrome, const char *driver_detail)
{
	kevnotify_raise_about(src, type == HW_EVENT_ERR_CORRECTED ? KEV_MCE_MEMORY_CORRECTED :
			      KEV_MCE_MEMORY, controller + 1, KEVNOTIFY_STR(label),
			      KEVNOTIFY_S64(errors), KEVNOTIFY_STR(detail),
			      KEVNOTIFY_HEX(address));
}

#ifdef CONFIG_MEMORY_FAILURE
static void kev_mce_page(void *src, unsigned long pfn, int type, int result)
{
	static const char *const results[] = {
		[MF_IGNORED]	= "ignored",
		[MF_FAILED]	= "failed",
		[MF_DELAYED]	= "delayed",
		[MF_RECOVERED]	= "recovered",
	};
	bool known = result >= 0 && result < ARRAY_SIZE(results);

	kevnotify_raise(src, KEV_MCE_PAGE, KEVNOTIFY_HEX(pfn),
			KEVNOTIFY_STR(known ? results[result] : "?"));
}

#define KEV_MCE_PAGE_PROBE	KEV_PROBE(memory_failure_event, kev_mce_page, NULL)
#else
#define KEV_MCE_PAGE_PROBE	NULL
#endif

#ifdef CONFIG_PCIEAER
static void kev_mce_pcie_raise(struct kevnotify_source *src, const char *name, u32 status,
			       u8 severity)
{
	kevnotify_raise_about(src, severity == AER_CORRECTABLE ? KEV_MCE_PCIE_CORRECTED :
			      KEV_MCE_PCIE, kev_tracepoint_object(name), KEVNOTIFY_STR(name),
			      KEVNOTIFY_HEX(status),
			      KEVNOTIFY_STR(severity == AER_CORRECTABLE ? "corrected" :
					    severity == AER_FATAL ? "fatal" : "nonfatal"));
}

struct aer_header_log_regs;
struct pcie_tlp_log;

static void kev_mce_pcie_regs(void *src, const char *name, const u32 status, const u8 severity,
			      const u8 valid, struct aer_header_log_regs *tlp)
{
	kev_mce_pcie_raise(src, name, status, severity);
}

static void kev_mce_pcie_tlp(void *src, const char *name, const u32 status, const u8 severity,
			     const u8 valid, struct pcie_tlp_log *tlp)
{
	kev_mce_pcie_raise(src, name, status, severity);
}

static void kev_mce_pcie(void *src, const char *name, const u32 status, const u8 severity,
			 const u8 valid, struct pcie_tlp_log *tlp, const char *bus)
{
	kev_mce_pcie_raise(src, name, status, severity);
}

#define KEV_MCE_PCIE_PROBE						\
	KEV_PROBE(aer_event, kev_mce_pcie,				\
		  KEV_PROBE(aer_event, kev_mce_pcie_tlp,		\
			    KEV_PROBE(aer_event, kev_mce_pcie_regs, NULL)))
#else
#define KEV_MCE_PCIE_PROBE	NULL
#endif

static struct kev_tracepoints kev_mce_tracepoints = {
	.points = {
		{ "mce_record", KEV_MCE_CPU_PROBE },
		{ "mc_event", KEV_PROBE(mc_event, kev_mce_memory, NULL) },
		{ "memory_failure_event", KEV_MCE_PAGE_PROBE },
		{ "aer_event", KEV_MCE_PCIE_PROBE },
	},
};

const struct kev_builtin kev_mce = {
	.desc	= &kev_mce_desc,
	.on	= true,
	.tracepoints = &kev_mce_tracepoints,
};
