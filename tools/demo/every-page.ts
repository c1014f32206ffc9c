/** Everything of a paged list. `pagesMax` bounds it: a server that never ends its pages is broken. */
export async function everyPage<T>(
  fetchPage: (pageToken: string) => Promise<{ readonly items: readonly T[]; readonly nextPageToken: string }>,
  pagesMax = 10_000,
): Promise<readonly T[]> {
  const all: T[] = [];
  let token = "";
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const { items, nextPageToken } = await fetchPage(token);
    all.push(...items);
    if (nextPageToken === "") return all;
    token = nextPageToken;
  }
  throw new Error(`a list of more than ${pagesMax} pages`);
}
