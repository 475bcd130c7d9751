/* Which ways through the C were taken: gcc calls this at each branch (-fsanitize-coverage). */
#include <stdint.h>

#define PLACES 65536

static uint8_t seen[PLACES];
static uintptr_t before;
static int fresh;

__attribute__((visibility("default"), no_sanitize_coverage, no_sanitize("address", "undefined")))
void
__sanitizer_cov_trace_pc(void)
{
    uintptr_t here = (uintptr_t)__builtin_return_address(0);
    uint32_t place = (uint32_t)((here ^ (before << 1)) * 2654435761u) >> 16;
    before = here;
    if (!seen[place & (PLACES - 1)]) {
        seen[place & (PLACES - 1)] = 1;
        fresh++;
    }
}

/* How many new ones there were since this was asked last. */
__attribute__((visibility("default"), no_sanitize_coverage))
int
consentry_new_ways(void)
{
    int found = fresh;
    fresh = 0;
    before = 0;
    return found;
}
