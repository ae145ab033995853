using System.Data.Common;
using Reelay.Providers;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Billing;

/// <summary>How other gateways lost or made money, one test each.</summary>
public sealed class MoneyRegressionTests
{
    [Fact]
    public async Task Refunds_are_not_paid_twice()
    {
        using var world = await MoneyWorld.StartAsync();
        var task = Rows.Task(price: 400);
        await world.OrderAsync(task);
        var failed = Rows.Failed(task);
        Assert.True((await world.EndAsync(failed, MoneyMove.Release)).IsApplied);

        // The same end again, and another end of the newer row.
        Assert.Equal(OperationOutcome.VersionChanged, (await world.EndAsync(failed, MoneyMove.Release)).Outcome);
        foreach (var money in new[] { MoneyMove.Release, MoneyMove.Settle(0), MoneyMove.Settle(400) })
            await Assert.ThrowsAnyAsync<DbException>(() => world.EndAsync(failed with { Version = failed.Version + 1 }, money));

        Assert.Equal((1000, 0), world.Money());
        Assert.Equal(["adjust", "reserve", "release"], world.List().Select(row => row.Kind));
        Assert.Empty(world.Audit().Violations);
    }

    [Fact]
    public async Task A_refund_and_the_state_that_it_is_for_are_one_write()
    {
        using var world = await MoneyWorld.StartAsync();
        var task = Rows.Task(price: 400);
        await world.OrderAsync(task);
        world.Tear("ledger_entries");
        await Assert.ThrowsAnyAsync<DbException>(() => world.EndAsync(Rows.Failed(task), MoneyMove.Release));
        Assert.Equal((1000, 400), world.Money());
        Assert.Equal(("accepted", 1L), State(world, task));

        // And the other way round: the ledger's row is written, what the account has is not.
        world.Tear("accounts");
        await Assert.ThrowsAnyAsync<DbException>(() => world.EndAsync(Rows.Failed(task), MoneyMove.Release));
        Assert.Equal(("accepted", 1L), State(world, task));
        Assert.Empty(world.Audit().Violations);

        world.Tear(null);
        Assert.True((await world.EndAsync(Rows.Failed(task), MoneyMove.Release)).IsApplied);
        Assert.Equal((1000, 0), world.Money());
        Assert.Equal(("failed", 2L), State(world, task));
        Assert.Empty(world.Audit().Violations);
    }

    [Fact]
    public async Task Refunds_and_corrections_do_not_inflate_usage()
    {
        using var world = await MoneyWorld.StartAsync(balance: 5000);
        var (paid, free) = (Rows.Task(price: 400), Rows.Task(price: 700));
        await world.OrderAsync(paid);
        await world.OrderAsync(free);
        Assert.Empty(world.Usage());
        await world.EndAsync(Rows.Failed(paid) with { SettledMicros = 300, SettlementBasis = "rule" }, MoneyMove.Settle(300, seconds: 3));
        await world.EndAsync(Rows.Failed(free), MoneyMove.Release);
        world.Adjust(300, "goodwill");
        world.Adjust(-50, "fee");

        Assert.Equal([(1, 1, 3, 300)], world.Usage().Select(row => (row.Count, row.ReleasedCount, row.Seconds, row.CostMicros)));
        Assert.Equal((4950, 0), world.Money());
    }

    [Theory]
    [InlineData("second", long.MaxValue, 60)]
    [InlineData("second", 1_000_000_000_000, 10_000)]
    [InlineData("token", 1_000_000_000_000, long.MaxValue)]
    [InlineData("output", long.MaxValue, long.MaxValue)]
    public void Charges_do_not_become_negative_by_overflow(string per, long micros, long units)
    {
        var price = Accepted(per, micros, units, factor: GroupFactors.Max * AcceptedPrice.FactorOne);
        Assert.Throws<OverflowException>(() => price.Charge(units));
        Assert.Throws<ArgumentOutOfRangeException>(() => price.Charge(-1));
        Assert.Equal(AcceptedPrice.MaxMicros, Accepted("call", AcceptedPrice.MaxMicros, 1).Charge(1));
        Assert.Throws<OverflowException>(() => Accepted("call", AcceptedPrice.MaxMicros + 1, 1).Charge(1));
    }

    [Fact]
    public void What_an_upstream_claims_to_have_used_cannot_charge_more_than_was_reserved()
    {
        var task = Rows.Task(price: 400) with { Price = Accepted("token", 4_000_000, 100) };
        Assert.Equal((400, "reported"), Settlement.For(task, [], new Usage(OutputTokens: long.MaxValue)));
        var attempt = AttemptCosts.Delivered(Rows.Attempt(task), task, factor: 100, [], new Usage(OutputTokens: long.MaxValue));
        Assert.Equal((100 * AcceptedPrice.MaxMicros, "reckoned"), (attempt.CostMicros, attempt.CostBasis));
        Assert.Equal((400, "reckoned"), Cost(AttemptCosts.Delivered(Rows.Attempt(task), task, factor: 1, [], new Usage(OutputTokens: 100, CostMicros: -5))));
    }

    [Fact]
    public async Task The_schema_takes_no_entry_that_pays_the_caller_for_ordering()
    {
        using var world = await MoneyWorld.StartAsync();
        foreach (var (kind, balance, reserved) in new[] { ("reserve", 5, 5), ("reserve", 0, -5), ("settle", 5, -5), ("settle", -9, -5), ("release", 5, -5), ("release", 0, 5), ("adjust", 5, 5) })
        {
            var task = kind == "adjust" ? "NULL" : "'task_x'";
            Assert.ThrowsAny<DbException>(() => world.Execute(
                $"INSERT INTO ledger_entries (account_id, task_id, kind, balance_micros, reserved_micros, created_at) VALUES ('{Rows.Account}', {task}, '{kind}', {balance}, {reserved}, 1)"));
        }

        Assert.ThrowsAny<DbException>(() => world.Execute("UPDATE ledger_entries SET balance_micros = 5"));
        Assert.ThrowsAny<DbException>(() => world.Execute("DELETE FROM ledger_entries"));
    }

    [Fact]
    public async Task A_model_that_nobody_has_priced_is_not_sold_from_a_balance_at_nothing()
    {
        using var world = await MoneyWorld.StartAsync();
        var unpriced = Rows.Task(price: 0) with { Price = Accepted("none", 0, 1) };
        Assert.Equal(OperationOutcome.NotPriced, (await world.OrderAsync(unpriced)).Outcome);
        Assert.True((await world.OrderAsync(unpriced with { Price = Accepted("call", 0, 1) })).IsApplied);
        world.Execute("UPDATE accounts SET is_unlimited = 1");
        Assert.True((await world.OrderAsync(Rows.Task(price: 0) with { Price = Accepted("none", 0, 1) })).IsApplied);

        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Channels:sandbox_openai:Models"] = "sora-2, foo, veo3.1=foo" });
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "foo", prompt = "x" })).Status);
        gateway.Database(connection => Execute(connection, "UPDATE accounts SET is_unlimited = 0"));
        using var admin = gateway.NewClient(gateway.AdminKey);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/admin/v1/accounts/acct_sandbox/adjustments", new { amount_micros = 9_000_000, reason = "r", idempotency_key = "1" }, admin)).Status);
        foreach (var (path, model) in new[] { ("/v1/videos", "foo"), ("/v1/videos", "veo3.1"), ("/v1/videos/estimate", "foo") })
        {
            var (status, body) = await gateway.SendAsync(HttpMethod.Post, path, new { model, prompt = "x" });
            Assert.Equal((403, "model_not_priced", "model"), (status, body.GetProperty("error").GetProperty("code").GetString(), body.GetProperty("error").GetProperty("param").GetString()));
        }

        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/models/foo")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" })).Status);
    }

    private static (long?, string?) Cost(TaskAttempt attempt) => (attempt.CostMicros, attempt.CostBasis);

    private static int Execute(System.Data.Common.DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private static (string, long) State(MoneyWorld world, GenerationTask task) => Assert.Single(world.Database.Read(connection => connection.Query(
        row => (row.GetString(0), row.GetInt64(1)), "SELECT phase, version FROM tasks WHERE id = @id", ("@id", task.Id))));

    private static AcceptedPrice Accepted(string per, long micros, long units, long factor = AcceptedPrice.FactorOne) =>
        new() { Per = per, Micros = micros, Units = units, FactorMillionths = factor, Version = "test", InputSeconds = 0 };
}
