/*
 * The C side of the pfn_valid benchmark: the same made-up machine and the same questions as bench/made-up-machine.ts,
 * answered from two layouts. "ours": a root holds arrays of flags, usage and bitmaps, as src/kernel/section-table.ts.
 * "kernel": a root holds 32-byte entries, each pointing to a separately allocated 64-byte usage with the bitmap
 * at byte 16; that is how a kernel lays sections out, written here from the description of the layout.
 *
 * baseline LAYOUT SIZE_GIB random|sequential ROUNDS   prints {"ns": …, "checksum": …}
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGES_PER_SECTION = 32768, PAGES_PER_SUB = 512, PER_ROOT = 128, QUESTIONS = 1 << 20, WALK = 1 << 22 };
enum { PRESENT = 1, HAS_MEM_MAP = 2, ONLINE = 4, EARLY = 8 };

static uint32_t state;

static uint32_t draw(void)
{
	state += 0x9e3779b9u;
	uint32_t z = state;
	z = (z ^ (z >> 16)) * 0x21f0aaadu;
	z = (z ^ (z >> 15)) * 0x735a2d97u;
	return z ^ (z >> 15);
}

static void *zeroed(size_t size)
{
	void *memory = calloc(1, size);
	if (!memory) {
		fprintf(stderr, "baseline: out of memory\n");
		exit(1);
	}
	return memory;
}

/* Our layout. */
struct own_root {
	uint8_t flags[PER_ROOT];
	uint8_t usage[PER_ROOT];
	uint32_t map[2 * PER_ROOT];
};
static struct own_root **own;

/* The kernel's layout. */
struct usage {
	uint64_t rcu[2];
	uint64_t bitmap;
	uint64_t pageblocks[5];
};
struct section {
	uint64_t mem_map;
	struct usage *usage;
	void *page_ext;
	uint64_t pad;
};
static struct section **kernel;

static uint64_t nr_sections;

static int own_valid(uint64_t pfn)
{
	uint64_t nr = pfn / PAGES_PER_SECTION;
	if (nr >= nr_sections)
		return 0;
	const struct own_root *root = own[nr / PER_ROOT];
	if (!root)
		return 0;
	unsigned at = nr % PER_ROOT;
	if (!(root->flags[at] & HAS_MEM_MAP))
		return 0;
	if (root->flags[at] & EARLY)
		return 1;
	unsigned index = pfn % PAGES_PER_SECTION / PAGES_PER_SUB;
	return root->map[2 * at + index / 32] >> (index % 32) & 1;
}

static int kernel_valid(uint64_t pfn)
{
	uint64_t nr = pfn / PAGES_PER_SECTION;
	if (nr >= nr_sections)
		return 0;
	const struct section *root = kernel[nr / PER_ROOT];
	if (!root)
		return 0;
	const struct section *entry = &root[nr % PER_ROOT];
	if (!(entry->mem_map & HAS_MEM_MAP))
		return 0;
	if (entry->mem_map & EARLY)
		return 1;
	return entry->usage && entry->usage->bitmap >> (pfn % PAGES_PER_SECTION / PAGES_PER_SUB) & 1;
}

static void build(uint64_t sections)
{
	nr_sections = sections;
	own = zeroed(sections / PER_ROOT * sizeof *own);
	kernel = zeroed(sections / PER_ROOT * sizeof *kernel);
	for (uint64_t nr = 0; nr < sections; nr++) {
		uint64_t root = nr / PER_ROOT;
		unsigned at = nr % PER_ROOT;
		uint32_t kind = draw() % 10, low = draw(), high = draw();
		if (!own[root]) {
			own[root] = zeroed(sizeof **own);
			kernel[root] = zeroed(PER_ROOT * sizeof **kernel);
		}
		if (kind == 0)
			continue;
		int early = kind < 5;
		int flags = PRESENT | HAS_MEM_MAP | ONLINE | (early ? EARLY : 0);
		if (early)
			low = high = 0xffffffffu;
		own[root]->flags[at] = flags;
		own[root]->usage[at] = early ? 1 : 2;
		own[root]->map[2 * at] = low;
		own[root]->map[2 * at + 1] = high;
		struct usage *usage = zeroed(sizeof *usage);
		usage->bitmap = (uint64_t)high << 32 | low;
		kernel[root][at].mem_map = 0xffffea0000000000u | flags;
		kernel[root][at].usage = usage;
	}
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

#define SWEEP(valid) \
	if (random) \
		for (unsigned i = 0; i < QUESTIONS; i++) \
			sum += valid(questions[i]); \
	else \
		for (uint64_t pfn = start; pfn < start + WALK; pfn++) \
			sum += valid(pfn);

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: baseline ours|kernel SIZE_GIB random|sequential ROUNDS\n");
		return 2;
	}
	int ours = strcmp(argv[1], "ours") == 0;
	uint64_t pages = strtoull(argv[2], NULL, 10) << 18;
	int random = strcmp(argv[3], "random") == 0;
	int rounds = atoi(argv[4]);
	state = 1;
	build(pages / PAGES_PER_SECTION);
	uint64_t *questions = zeroed(QUESTIONS * sizeof *questions);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		uint64_t high = draw(), low = draw();
		questions[i] = (high << 32 | low) & (pages - 1);
	}
	uint64_t start = pages / 4;
	double best = 1e18;
	uint64_t checksum = 0;
	for (int round = 0; round < rounds; round++) {
		uint64_t sum = 0;
		double from = now();
		if (ours) {
			SWEEP(own_valid)
		} else {
			SWEEP(kernel_valid)
		}
		double took = now() - from;
		if (took < best)
			best = took;
		checksum = sum;
	}
	printf("{\"ns\": %.4f, \"checksum\": %llu}\n", best / (random ? QUESTIONS : WALK), (unsigned long long)checksum);
	return 0;
}
