"""How RocksDB is set up: bounded memory, no log of its own, filters by subject."""

from __future__ import annotations

from rocksdict import (
    BlockBasedIndexType,
    BlockBasedOptions,
    Cache,
    DBCompressionType,
    Options,
    SliceTransform,
    WriteBufferManager,
)

from streams.transport.state.disk.layout import PREFIX_BYTES

_BLOCK_BYTES = 4_096
_FILTER_BITS = 10
_OPEN_FILES = 128
_LOG_BYTES = 1 << 20


class Memory:
    """What all databases of a process share: blocks, their indexes and filters, write buffers.

    Write buffers are charged to the cache, so `cache_bytes` bounds all of it.
    """

    def __init__(self, cache_bytes: int, write_buffer_bytes: int) -> None:
        self._write_buffer_bytes = min(write_buffer_bytes, cache_bytes // 2)
        self._cache = Cache(cache_bytes)
        self._buffers = WriteBufferManager.new_write_buffer_manager_with_cache(
            self._write_buffer_bytes,
            False,  # noqa: FBT003 - a full buffer is written out, and nobody waits
            self._cache,
        )

    @property
    def used(self) -> int:
        """Bytes in use now."""
        return self._cache.get_usage()

    def options(self, *, loading: bool) -> Options:
        """The options of one database."""
        table = BlockBasedOptions()
        table.set_block_cache(self._cache)
        table.set_block_size(_BLOCK_BYTES)
        table.set_cache_index_and_filter_blocks(True)
        table.set_bloom_filter(_FILTER_BITS, False)  # noqa: FBT003 - one per file, not per block
        table.set_format_version(5)
        # In pieces, so that a look-up needs a few KiB of them and not a whole file's.
        table.set_index_type(BlockBasedIndexType.two_level_index_search())
        table.set_partition_filters(True)
        table.set_metadata_block_size(_BLOCK_BYTES)
        options = Options(raw_mode=True)
        options.create_if_missing(True)  # noqa: FBT003 - RocksDB's own
        options.set_block_based_table_factory(table)
        options.set_prefix_extractor(SliceTransform.create_fixed_prefix(PREFIX_BYTES))
        options.set_write_buffer_manager(self._buffers)
        options.set_write_buffer_size(self._write_buffer_bytes)
        options.set_compression_type(DBCompressionType.lz4())
        options.set_level_compaction_dynamic_level_bytes(True)
        options.set_max_open_files(_OPEN_FILES)
        options.set_keep_log_file_num(2)
        options.set_max_log_file_size(_LOG_BYTES)
        options.set_stats_dump_period_sec(0)
        options.set_paranoid_checks(True)
        options.set_disable_auto_compactions(loading)
        return options
