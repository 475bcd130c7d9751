/* The checksum of a record batch, by the processor's own instruction where it has it. */
#ifndef CONSENTRY_CRC32C_H
#define CONSENTRY_CRC32C_H

#include "native.h"

/* Once, before it is asked for. */
void crc32c_init(void);

/* What a checksum comes to with so many bytes more; all bits of the first and of the last are turned. */
uint32_t crc32c_more(uint32_t crc, const uint8_t *at, Py_ssize_t size);

/* Of the bytes from a place on, by the instruction or, where asked so, by the table. */
PyObject *crc32c(PyObject *module, PyObject *args);

#endif
