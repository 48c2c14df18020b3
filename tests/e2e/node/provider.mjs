// A certified OpenID provider with its own defaults: claims of the code flow are at userinfo. The argument is JSON:
// {"port", "client", "secret", "redirect", "accounts": {"login": {claims}}, "claims": {"scope": [names]}, "conform"}.
import Provider from "oidc-provider";

const { port, client, secret, redirect, accounts, claims, conform } = JSON.parse(process.argv[2]);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [redirect] }],
  claims,
  scopes: ["openid", ...Object.keys(claims)],
  conformIdTokenClaims: conform,
  findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts[sub] }) }),
});
provider.listen(port, "127.0.0.1");
