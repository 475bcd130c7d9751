/* The checksum of a record batch, by the processor's own instruction where it has it. */
#ifndef CONSENTRY_CRC32C_H
#define CONSENTRY_CRC32C_H

#include "native.h"

/* Once, before it is asked for. */
void crc32c_init(void);

/* Of the bytes from a place on, by the instruction or, where asked so, by the table. */
PyObject *crc32c(PyObject *module, PyObject *args);

#endif
