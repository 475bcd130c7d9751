/* How records of a batch are read, uncompressed ones of version 2. */
#ifndef CONSENTRY_UNPACK_H
#define CONSENTRY_UNPACK_H

#include "cursor.h"
#include "met.h"
#include "shape.h"
#include "types.h"

enum { TOPIC, PARTITION, OFFSET, TIMESTAMP, KEY, VALUE, HEADERS, FIELDS };

typedef struct {
    PyObject_HEAD
    Shape record;
    PyObject *no_headers;  /* the empty tuple */
    Met *names;            /* of headers */
} Unpacker;

/* What holds for all records of a batch, and how far they are read. */
typedef struct {
    PyObject *topic, *partition;
    int64_t base_offset, time;
    int append_time;        /* `time` is that of all, else the one that they count from */
    int64_t next_offset;    /* records before it were handed on */
    int64_t headers_at_most;
    int64_t bytes;          /* about how much memory is filled */
    int64_t last_time;      /* the last timestamp, which the next record often has too */
    PyObject *last_timestamp;
} Batch;

/* Append records to a list until there are `left`, or so much memory is filled. */
int next_records(Unpacker *unpacker, Cursor *cursor, Batch *batch, int64_t left, int64_t room,
                 PyObject *records);

#endif
