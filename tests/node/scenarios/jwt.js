// The npm package jose: checks a token that somebody else made, and makes good and bad ones of its own.
// usage: jwt.js token access-key secret now, the last in unix seconds
import { SignJWT, UnsecuredJWT, jwtVerify } from 'jose';

const [token, access, secret, now] = process.argv.slice(2);
const key = new TextEncoder().encode(secret);
const time = Number(now);
const { payload, protectedHeader } = await jwtVerify(token, key, {
  algorithms: ['HS256'], issuer: access, typ: 'JWT', currentDate: new Date(time * 1000), requiredClaims: ['exp', 'nbf'],
});

function make({ alg = 'HS256', from = time - 5, until = time + 1800, by = key, issuer = access } = {}) {
  return new SignJWT({}).setProtectedHeader({ alg, typ: 'JWT' }).setIssuer(issuer).setNotBefore(from).setExpirationTime(until).setIssuedAt(time).sign(by);
}

console.log(JSON.stringify({
  payload,
  header: protectedHeader,
  good: await make(),
  expired: await make({ until: time }),
  early: await make({ from: time + 1 }),
  algorithm: await make({ alg: 'HS512', by: new Uint8Array(64).fill(7) }),
  sameSecretOtherAlgorithm: await make({ alg: 'HS384' }),
  secret: await make({ by: new TextEncoder().encode('another-secret') }),
  issuer: await make({ issuer: 'ak-nobody' }),
  unsigned: new UnsecuredJWT({}).setIssuer(access).setNotBefore(time - 5).setExpirationTime(time + 1800).encode(),
}));
