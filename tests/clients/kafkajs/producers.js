// kafkajs as a producer, driven line by line: see tests/clients/child.py.
"use strict";

const readline = require("node:readline");
const { CompressionCodecs, CompressionTypes, Kafka, Partitioners, logLevel } = require("kafkajs");
const snappy = require("kafkajs-snappy");
const lz4 = require("lz4-napi");
const { ZstdCodec } = require("zstd-codec");

const TYPES = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};

async function main(bootstrap) {
  const zstd = await new Promise((done) => ZstdCodec.run((module) => done(new module.Simple())));
  CompressionCodecs[CompressionTypes.Snappy] = snappy;
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: (encoder) => lz4.compressFrame(encoder.buffer),
    decompress: (buffer) => lz4.decompressFrame(buffer),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async (encoder) => Buffer.from(zstd.compress(encoder.buffer)),
    decompress: async (buffer) => Buffer.from(zstd.decompress(buffer)),
  });

  const kafka = new Kafka({ brokers: bootstrap.split(","), logLevel: logLevel.ERROR });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();

  let waiting = new Map();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line !== ".") {
      const [codec, topic, key, value] = line.split("\t");
      const place = `${codec}\t${topic}`;
      const messages = waiting.get(place) ?? [];
      messages.push({ key: Buffer.from(key, "base64"), value: Buffer.from(value, "base64") });
      waiting.set(place, messages);
      continue;
    }
    for (const [place, messages] of waiting) {
      const [codec, topic] = place.split("\t");
      await producer.send({ topic, messages, compression: TYPES[codec], acks: -1 });
    }
    waiting = new Map();
    process.stdout.write("done\n");
  }
  await producer.disconnect();
}

main(process.argv[2]).catch((error) => {
  console.error(error);
  process.exit(1);
});
