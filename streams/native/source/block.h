/* The records of a block of a container file, which stand one after the other. */
#ifndef CONSENTRY_BLOCK_H
#define CONSENTRY_BLOCK_H

#include "reader.h"

PyObject *reader_ends(Reader *reader, PyObject *args);

#endif
