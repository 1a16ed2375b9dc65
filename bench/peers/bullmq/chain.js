// BullMQ: três filas e três trabalhadores num processo, com concorrência 100 e sem guardar o que acabou.
// O modo mais rápido que a documentação descreve: páginas «Concurrency», «Auto-removal of jobs» e «Adding jobs in bulk».
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const [, , address, role, count] = process.argv;
const connection = new Redis(address, { maxRetriesPerRequest: null });
const STAGES = ["a", "b", "c"];
const CONCURRENCY = 100;
const SIZE = 892;
const total = Number(count);
const queues = STAGES.map((name) => new Queue(name, { connection, defaultJobOptions: { removeOnComplete: true } }));

function event(number) {
  const due = number.toFixed(6).padStart(20, "0");
  return { due, fill: "x".repeat(SIZE - JSON.stringify({ due, fill: "" }).length) };
}

async function fill() {
  for (let first = 0; first < total; first += 500) {
    const size = Math.min(500, total - first);
    await queues[0].addBulk(Array.from({ length: size }, (_, k) => ({ name: "e", data: event(first + k) })));
  }
  return {};
}

async function drain() {
  const seen = new Set();
  let finish;
  const done = new Promise((resolve) => (finish = resolve));
  const steps = [
    (job) => queues[1].add("e", job.data),
    (job) => queues[2].add("e", job.data),
    async (job) => {
      seen.add(job.data.due);
      if (seen.size === total) finish();
    },
  ];
  const options = { concurrency: CONCURRENCY, removeOnComplete: { count: 0 }, autorun: false };
  const workers = STAGES.map((name, k) => new Worker(name, steps[k], { ...options, connection: connection.duplicate() }));
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  const start = process.hrtime.bigint();
  const before = process.cpuUsage();
  for (const worker of workers) worker.run();
  await done;
  const took = Number(process.hrtime.bigint() - start) / 1e9;
  const spent = process.cpuUsage(before);
  return { per_s: total / took, cpu_us: (spent.user + spent.system) / total };
}

const measured = await (role === "fill" ? fill() : drain());
console.log(JSON.stringify(measured));
process.exit(0);
