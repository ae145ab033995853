// Every model of one provider, ordered by one client. REELAY_ORDERS has them from the catalog: model, mode, and its smallest seconds and size.
export const orders = JSON.parse(process.env.REELAY_ORDERS ?? '[]');

// For each model the bytes that came of it, or why none did; the test compares with the catalog's column of proofs.
export async function sweep(order, wanted = orders) {
  const results = {};
  await Promise.all(wanted.map(async (one) => {
    try {
      results[one.model] = await order(one);
    } catch (error) {
      results[one.model] = String(error?.message ?? error);
    }
  }));
  return results;
}

export async function bytesOf(url, headers = {}) {
  const response = await fetch(url, { headers });
  const { byteLength } = await response.arrayBuffer();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return byteLength;
}
