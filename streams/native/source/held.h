/* What `streams.check.undecoded` does with each record, in C. */
#ifndef CONSENTRY_HELD_H
#define CONSENTRY_HELD_H

#include "pile.h"
#include "reader.h"

#define KEY_SEPARATOR 0x1F

enum { HELD_FILE, HELD_NUMBER, HELD_VALUE, HELD_FIELDS };

typedef struct {
    PyObject_HEAD
    Shape undecoded;  /* file, number, value */
    Shape fact;       /* event, payload_hash, ingested_at, source, value */
    Shape source;     /* topic, partition, offset */
    PyObject *readers;    /* a tuple of `Reader` */
    PyObject *partition;  /* that of what stands in a file */
    long long *counts;    /* how many events each reader has read */
    long long latest;     /* the latest occurrence that is taken */
    long long first_at, last_at;  /* of all events read; the first is later where there are none */
    PyObject *clock;      /* what stands for the arrival, or None */
} Held;

PyObject *held_hold(Held *held, PyObject *args);
PyObject *held_facts(Held *held, PyObject *args);
PyObject *held_pile_facts(Held *held, PyObject *args);
PyObject *held_records(Held *held, PyObject *args);

/* A record by itself. */
PyObject *held_undecoded(const Held *held, PyObject *file, int64_t number, Span header, Span record);

#endif
