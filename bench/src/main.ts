const usage = `npm run bench -- <what> [options]; --help after <what> tells more
  store     orders/s and latency of the stores, against one statement per transition and pgbench
  execute   latency from request to FILLED over gRPC
`;

async function main([what, ...rest]: readonly string[]): Promise<number> {
  switch (what) {
    case "store": {
      const { benchStore } = await import("./store/bench-store.ts");
      return benchStore(rest);
    }
    case "execute": {
      const { benchExecute } = await import("./execute/bench-execute.ts");
      return benchExecute(rest);
    }
    default:
      process.stderr.write(usage);
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
