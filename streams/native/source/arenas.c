/* CPython takes arenas of 1 MiB for its small objects, each by itself: never a whole page of 2 MiB
 * that begins where one may. State of many people is then reached through pages of 4 KiB, which a
 * processor does not keep track of by the hundred thousand, and each is handed out by the kernel on
 * its own. Here arenas come from regions that begin at such a page, and the kernel is asked for them
 * (madvise(2), MADV_HUGEPAGE). It gives none where the machine says `never`; nothing else changes.
 *
 * Python calls with its lock held. A free half of a page stays where it is, since to give it back
 * would split the page; once both are free the page goes back, and a region that is wholly free
 * with it, but for one. */
#include "arenas.h"

#if defined(__linux__) && defined(__LP64__)
#include <sys/mman.h>
#endif

#ifdef MADV_HUGEPAGE

#define ARENA ((size_t)1 << 20)
#define PAGE ((size_t)2 << 20)
#define REGION (64 * ARENA) /* one bit for each arena */
#define ALL (~(uint64_t)0)

struct region {
    struct region *next;
    char *begin;
    void *mapped; /* where the mapping begins that it lies in */
    uint64_t taken;
};

static struct region *regions;
static PyObjectArenaAllocator stock;
static int in_use;

static struct region *
new_region(void)
{
    struct region *found = PyMem_RawMalloc(sizeof(*found));
    if (found == NULL) {
        return NULL;
    }
    void *mapped = mmap(NULL, REGION + PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        PyMem_RawFree(found);
        return NULL;
    }
    found->mapped = mapped;
    found->begin = (char *)(((uintptr_t)mapped + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
    found->taken = 0;
    found->next = regions;
    regions = found;
    (void)madvise(found->begin, REGION, MADV_HUGEPAGE); /* advice, which may be refused */
    return found;
}

static void *
take_arena(void *context, size_t size)
{
    if (size != ARENA) {
        return stock.alloc(context, size);
    }
    struct region *from = regions;
    while (from != NULL && from->taken == ALL) {
        from = from->next;
    }
    if (from == NULL && (from = new_region()) == NULL) {
        return stock.alloc(context, size);
    }
    int place = __builtin_ctzll(~from->taken);
    from->taken |= (uint64_t)1 << place;
    return from->begin + place * ARENA;
}

static void
give_arena(void *context, void *arena, size_t size)
{
    struct region **link = &regions;
    char *at = arena;
    while (*link != NULL && (at < (*link)->begin || at >= (*link)->begin + REGION)) {
        link = &(*link)->next;
    }
    struct region *of = *link;
    if (of == NULL) {
        stock.free(context, arena, size); /* from before */
        return;
    }
    int place = (int)((size_t)(at - of->begin) / ARENA);
    of->taken &= ~((uint64_t)1 << place);
    if (of->taken == 0 && (of != regions || of->next != NULL)) {
        *link = of->next;
        munmap(of->mapped, REGION + PAGE);
        PyMem_RawFree(of);
        return;
    }
    int first = place & ~1;
    if ((of->taken >> first & 3) == 0) {
        (void)madvise(of->begin + first * ARENA, PAGE, MADV_DONTNEED);
    }
}

PyObject *
arenas_in_huge_pages(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    if (!in_use) {
        PyObjectArenaAllocator ours = {NULL, take_arena, give_arena};
        PyObject_GetArenaAllocator(&stock);
        ours.ctx = stock.ctx;
        PyObject_SetArenaAllocator(&ours);
        in_use = 1;
    }
    Py_RETURN_TRUE;
}

#else

PyObject *
arenas_in_huge_pages(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    Py_RETURN_FALSE;
}

#endif
