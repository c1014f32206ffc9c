const usage = `npm run bench -- <what> [options]; --help after <what> tells more
  store     orders/s and latency of the stores, against one statement per transition and pgbench
  execute   latency from request to FILLED over gRPC
  recover   how soon a restart has taken up 100,000 open orders, and what it asks the venue
  halt      how soon a halt holds, and the emergency stop cancels
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
    case "recover": {
      const { benchRecover } = await import("./recover/bench-recover.ts");
      return benchRecover(rest);
    }
    case "halt": {
      const { benchHalt } = await import("./halt/bench-halt.ts");
      return benchHalt(rest);
    }
    default:
      process.stderr.write(usage);
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
