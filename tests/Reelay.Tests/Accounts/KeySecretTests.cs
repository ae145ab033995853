using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Accounts;
using Reelay.Server.Api;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Accounts;

/// <summary>How secrets are found, replaced and brought along. Two of these are failures that other gateways had.</summary>
public sealed class KeySecretTests
{
    [Fact]
    public async Task SQL_in_key_checks_finds_nothing_and_changes_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        string[] wicked =
        [
            "' OR '1'='1", "' OR 1=1 --", "x'; DROP TABLE keys; --", "' UNION SELECT * FROM keys --", "sk-%", "sk-_", "%", "*", "\\' OR 1=1#", "1) OR (1=1",
        ];
        foreach (var secret in wicked)
        {
            using var client = gateway.NewClient("none");
            client.DefaultRequestHeaders.Remove("Authorization");
            client.DefaultRequestHeaders.TryAddWithoutValidation("x-api-key", secret);
            Assert.Equal((401, "invalid_api_key"), await gateway.TryAsync(client, HttpMethod.Get, "/v1/models"));
            var escaped = Uri.EscapeDataString(secret);
            Assert.Empty(Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, "keys?name=" + escaped)));
            Assert.Empty(Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, "keys?account_id=" + escaped)));
            Assert.Empty(Operator.Ids(await gateway.DoneAsync(HttpMethod.Get, "accounts?name=" + escaped)));
            Assert.Equal(400, (await gateway.AdminAsync(HttpMethod.Get, "keys?after=" + escaped)).Status);
            Assert.Equal(404, (await gateway.AdminAsync(HttpMethod.Get, "keys/" + escaped)).Status);
        }

        Assert.Equal(2, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM keys WHERE revoked_at IS NULL")));
    }

    // The time of a comparison cannot tell anything about a secret if none is compared: what is looked up is a hash, of which a guess that is
    // nearly right shares nothing with the right one's.
    [Fact]
    public void Constant_time_nothing_but_whole_hashes_is_ever_compared()
    {
        var store = new RecordingStore();
        var ring = new KeyRing(store, new KeyUses(), TimeProvider.System, Randomness.System);
        const string Secret = "sk-0123456789abcdefghijklmnopqrstuvwxyz";
        string[] guesses = [Secret[..^1] + "Z", "Z" + Secret[1..], Secret[..^1], Secret + "Z", Secret.ToUpperInvariant(), Secret];
        foreach (var guess in guesses) Assert.Null(ring.Find(guess));

        Assert.Equal(guesses.Select(guess => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(guess)))), store.Asked.Select(Convert.ToHexString));
        Assert.All(store.Asked, hash => Assert.Equal(32, hash.Length));
        var right = store.Asked[^1];
        Assert.All(store.Asked[..^1], hash => Assert.True(hash.Zip(right).TakeWhile(pair => pair.First == pair.Second).Count() < 4));
    }

    [Fact]
    public async Task A_rotation_shows_the_new_secret_once_and_leaves_the_old_one_its_time()
    {
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var (id, old) = await gateway.KeyAsync(new { name = "turning" });
        var rotated = await gateway.DoneAsync(HttpMethod.Post, $"keys/{id}/rotate", new { overlap_seconds = 3600 });
        Assert.Equal(id, Operator.Text(rotated, "id"));
        using var fresh = gateway.NewClient(Operator.Text(rotated, "secret")!);
        using (old)
        {
            Assert.False((await gateway.DoneAsync(HttpMethod.Get, "keys/" + id)).TryGetProperty("secret", out _));
            Assert.Equal((200, ""), await gateway.TryAsync(old, HttpMethod.Get, "/v1/models"));
            Assert.Equal((200, ""), await gateway.TryAsync(fresh, HttpMethod.Get, "/v1/models"));
            clock.Ahead = TimeSpan.FromSeconds(3601);
            Assert.Equal((401, "invalid_api_key"), await gateway.TryAsync(old, HttpMethod.Get, "/v1/models"));
            Assert.Equal((200, ""), await gateway.TryAsync(fresh, HttpMethod.Get, "/v1/models"));

            // Without overlap the one before ends at once, and by default it has a day.
            rotated = await gateway.DoneAsync(HttpMethod.Post, $"keys/{id}/rotate", new { overlap_seconds = 0 });
            Assert.False(rotated.TryGetProperty("previous_secret_until", out _));
            Assert.Equal((401, "invalid_api_key"), await gateway.TryAsync(fresh, HttpMethod.Get, "/v1/models"));
            rotated = await gateway.DoneAsync(HttpMethod.Post, $"keys/{id}/rotate");
            var until = rotated.GetProperty("previous_secret_until").GetInt64() - (clock.GetUtcNow().ToUnixTimeSeconds());
            Assert.InRange(until, 86400 - 300, 86400);
        }

        Assert.Equal(404, (await gateway.AdminAsync(HttpMethod.Post, "keys/key_none/rotate")).Status);
        Assert.Equal(400, (await gateway.AdminAsync(HttpMethod.Post, $"keys/{id}/rotate", new { overlap_seconds = -1 })).Status);
    }

    [Fact]
    public async Task Callers_keep_the_keys_they_have_when_their_operator_moves_here()
    {
        await using var gateway = await GatewayHost.StartAsync();
        const string First = "sk-oldgateway-0123456789abcdef";
        const string Second = "sk-oldgateway-fedcba9876543210";
        var account = new { id = "acct_moved", name = "moved customer", balance_micros = 5_000_000, reason = "balance of the old gateway" };
        var made = await gateway.DoneAsync(HttpMethod.Post, "keys", new { name = "first", secret = First, account, groups = new[] { "default" } });
        Assert.Equal(("acct_moved", "cdef", false), (Operator.Text(made, "account_id"), Operator.Text(made, "secret_hint"), made.TryGetProperty("secret", out _)));
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Second)));
        await gateway.DoneAsync(HttpMethod.Post, "keys", new { name = "second", account_id = "acct_moved", secret_sha256 = hash, secret_hint = "3210" });
        foreach (var secret in new[] { First, Second })
        {
            using var caller = gateway.NewClient(secret);
            Assert.Equal((200, ""), await gateway.TryOrderAsync(caller, secret));
        }

        var found = await gateway.DoneAsync(HttpMethod.Get, "accounts/acct_moved");
        Assert.Equal(5_000_000, found.GetProperty("balance_micros").GetInt64());
        Assert.True(found.GetProperty("reserved_micros").GetInt64() > 0);
        Assert.Equal(5_000_000, gateway.Database(connection => connection.Scalar<long>(
            "SELECT balance_micros FROM ledger_entries WHERE account_id = 'acct_moved' AND kind = 'adjust' AND reason = 'balance of the old gateway'")));

        // The same once more changes nothing, and leaves no account behind.
        Assert.Equal((400, "key_exists"), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", new { name = "again", secret = Second })));
        Assert.Equal((400, "key_exists"), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", new { name = "again", secret = Second, account = new { id = "acct_left", name = "left" } })));
        Assert.Equal(404, (await gateway.AdminAsync(HttpMethod.Get, "accounts/acct_left")).Status);
        Assert.Equal((400, "account_exists"), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", new { name = "new", account = new { id = "acct_moved", name = "left" } })));
    }

    [Theory]
    [InlineData("""{"name":"x","secret":"short"}""", "invalid_secret")]
    [InlineData("""{"name":"x","secret":"with blanks in between them"}""", "invalid_secret")]
    [InlineData("""{"name":"x","secret_sha256":"abc"}""", "invalid_secret")]
    [InlineData("""{"name":"x","secret":"sk-0123456789abcdef","secret_sha256":"00"}""", "conflicting_parameters")]
    [InlineData("""{"name":"x","account_id":"acct_admin","account":{"name":"y"}}""", "conflicting_parameters")]
    [InlineData("""{"name":"x","account_id":"acct_none"}""", "account_not_found")]
    [InlineData("""{"name":"x","account":{"name":"y","balanse_micros":5}}""", "unknown_parameter")]
    [InlineData("""{"name":"x","account":{"name":"y","id":"team"}}""", "invalid_value")]
    [InlineData("""{"name":"x","account":{"name":"y","balance_micros":-5}}""", "invalid_value")]
    [InlineData("""{"name":"x","max_inflight":5}""", "unknown_parameter")]
    [InlineData("""{"name":"x","requests_per_minute":0}""", "invalid_value")]
    [InlineData("""{"name":"x","day_budget_micros":1.5}""", "invalid_value")]
    [InlineData("""{"name":"x","scopes":["write"]}""", "invalid_scopes")]
    [InlineData("""{"name":"x","scopes":[]}""", "invalid_scopes")]
    [InlineData("""{"name":"x","addresses":["10.0.0"]}""", "invalid_addresses")]
    [InlineData("""{"name":"x","expires_at":5}""", "invalid_value")]
    [InlineData("""{"name":"x","expires_at":"tomorrow"}""", "invalid_json")]
    public async Task A_key_that_says_something_impossible_is_refused(string body, string code)
    {
        await using var gateway = await GatewayHost.StartAsync();
        Assert.Equal((400, code), Seen(await gateway.AdminAsync(HttpMethod.Post, "keys", body)));
        Assert.Equal(2, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM keys")));
        Assert.Equal(2, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM accounts")));
    }

    private static (int, string) Seen((int Status, System.Text.Json.JsonElement Body) answer) => (answer.Status, Operator.Code(answer.Body));

    private sealed class RecordingStore : IKeyStore
    {
        public List<byte[]> Asked { get; } = [];

        public FoundKey? FindByHash(byte[] hash, long now)
        {
            Asked.Add(hash);
            return null;
        }

        public void EnsureAccount(string id, string name, bool isUnlimited) => throw new NotSupportedException();

        public ApiKey? Find(string id) => throw new NotSupportedException();

        public bool HasAdmin(long now) => throw new NotSupportedException();

        public bool Insert(ApiKey key, byte[] hash, NewAccount? account = null) => throw new NotSupportedException();

        public bool InsertFirstAdmin(ApiKey key, byte[] hash, long now, Action keep) => throw new NotSupportedException();

        public ApiResult<ApiKey> Change(string id, Func<ApiKey, ApiResult<ApiKey>> change) => throw new NotSupportedException();

        public ApiKey? Rotate(string id, byte[] hash, string hint, long previousUntil, long now) => throw new NotSupportedException();

        public IReadOnlyList<ApiKey>? List(KeyQuery query) => throw new NotSupportedException();

        public bool Revoke(string id, long at) => throw new NotSupportedException();

        public void NoteUses(IReadOnlyCollection<KeyValuePair<string, long>> uses) => throw new NotSupportedException();
    }
}
