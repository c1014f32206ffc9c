// Preloaded into a server (NODE_OPTIONS=--import): it is stopped by SIGSTOP between its last check and the wire, which
// no signal from outside can be timed to. The first submission is the one; nothing of it has left by then.

const send = globalThis.fetch;
let wasStopped = false;

globalThis.fetch = (input, init) => {
  if (!wasStopped && init?.method === "POST" && String(input).endsWith("/orders")) {
    wasStopped = true;
    process.kill(process.pid, "SIGSTOP");
    // The kernel stops a thread on its next way in or out of it: here at the latest, before anything is sent.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  return send(input, init);
};
