/* An event as the bytes that its producer sent. */
#ifndef CONSENTRY_WRITE_H
#define CONSENTRY_WRITE_H

#include "reader.h"

#define WRITTEN_MAX 1024  /* bytes; a longer value is hardly ever met */

/* How many bytes an event takes that is written into `room`; LONG_WAY: it cannot be. */
Py_ssize_t reader_write(const Reader *reader, PyObject *event, uint8_t room[WRITTEN_MAX]);

#endif
