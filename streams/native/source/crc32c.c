/* CRC-32C (Castagnoli, RFC 3720, B.4), the checksum of a record batch. */
#include "crc32c.h"

#include "exact.h"
#include "slicing.h"

#define POLYNOMIAL 0x82F63B78u  /* reflected */

static Slices table;

static uint32_t
by_table(uint32_t crc, const uint8_t *at, Py_ssize_t size)
{
    return by_slices(table, crc, at, size);
}

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <nmmintrin.h>

__attribute__((target("sse4.2")))
static uint32_t
by_instruction(uint32_t crc, const uint8_t *at, Py_ssize_t size)
{
    uint64_t wide = crc;
    for (; size >= 8; size -= 8, at += 8) {
        uint64_t part;
        memcpy(&part, at, sizeof(part));
        wide = _mm_crc32_u64(wide, part);
    }
    crc = (uint32_t)wide;
    while (size-- > 0) {
        crc = _mm_crc32_u8(crc, *at++);
    }
    return crc;
}

static int
has_instruction(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2");
}
#else
#define by_instruction by_table
#define has_instruction() 0
#endif

static uint32_t (*fastest)(uint32_t, const uint8_t *, Py_ssize_t) = by_table;

void
crc32c_init(void)
{
    slices_init(table, POLYNOMIAL);
    if (has_instruction()) {
        fastest = by_instruction;
    }
}

uint32_t
crc32c_more(uint32_t crc, const uint8_t *at, Py_ssize_t size)
{
    return fastest(crc, at, size);
}

/* crc32c(data, at=0, instruction=True) */
PyObject *
crc32c(PyObject *module, PyObject *args)
{
    PyObject *data;
    Py_ssize_t at = 0;
    int instruction = 1;
    (void)module;
    if (!PyArg_ParseTuple(args, "S|np", &data, &at, &instruction)) {
        return NULL;
    }
    Py_ssize_t size = PyBytes_GET_SIZE(data);
    if (at < 0 || at > size) {
        PyErr_SetString(PyExc_ValueError, "a place outside of the bytes");
        return NULL;
    }
    const uint8_t *start = EXACT(data);
    uint32_t crc = (instruction ? fastest : by_table)(UINT32_MAX, start + at, size - at);
    EXACT_END(start);
    return PyLong_FromUnsignedLong(crc ^ UINT32_MAX);
}
