using Reelay.Server.Billing;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Billing;

public sealed class LedgerAuditTests
{
    [Theory]
    [InlineData("UPDATE accounts SET balance_micros = balance_micros + 1", "balance_is_sum")]
    [InlineData("UPDATE accounts SET reserved_micros = reserved_micros + 1", "reserved_is_sum", "reserved_is_open")]
    [InlineData("DELETE FROM ledger_entries WHERE kind = 'reserve' AND task_id = 'OPEN'", "reserved_is_sum", "reserved_once", "held_while_open")]
    [InlineData("DELETE FROM ledger_entries WHERE kind = 'release'", "reserved_is_sum", "closed_once", "held_while_open")]
    [InlineData("DELETE FROM ledger_entries WHERE kind = 'settle'", "balance_is_sum", "reserved_is_sum", "closed_once", "held_while_open", "settled_as_taken", "completed_is_settled")]
    [InlineData("UPDATE tasks SET settled_micros = 399 WHERE settled_micros = 300", "settled_as_taken", "spent_is_tasks")]
    [InlineData("UPDATE tasks SET price_micros = 500 WHERE id = 'OPEN'", "reserved_is_open", "reserved_once", "held_while_open", "spent_is_tasks")]
    [InlineData("UPDATE ledger_entries SET balance_micros = -200 WHERE kind = 'settle'", "balance_is_sum", "settled_as_taken")]
    [InlineData("UPDATE ledger_entries SET task_id = 'task_gone' WHERE kind = 'release'", "closed_once", "held_while_open", "row_of_a_task")]
    [InlineData("UPDATE ledger_entries SET task_id = NULL WHERE kind = 'release'", "closed_once", "held_while_open", "row_has_a_task")]
    [InlineData("INSERT INTO accounts (id, name, created_at) VALUES ('acct_b', 'b', 1); UPDATE ledger_entries SET account_id = 'acct_b' WHERE kind = 'release'", "own_account", "reserved_is_sum")]
    [InlineData("UPDATE accounts SET spent_micros = spent_micros + 1", "spent_is_sum")]
    [InlineData("UPDATE accounts SET in_flight_count = in_flight_count + 1", "spent_is_sum")]
    [InlineData("UPDATE spending SET completed_count = completed_count - 1", "spent_is_sum", "spent_is_tasks")]
    public async Task Whatever_is_wrong_is_found_and_named(string harm, params string[] checks)
    {
        using var world = await MoneyWorld.StartAsync(balance: 5000);
        var (open, paid, free) = (Rows.Task(price: 400), Rows.Task(price: 400), Rows.Task(price: 400));
        foreach (var task in new[] { open, paid, free }) await world.OrderAsync(task);
        await world.EndAsync(Rows.Completed(paid, 300), MoneyMove.Settle(300));
        await world.EndAsync(Rows.Failed(free), MoneyMove.Release);
        Assert.Equal((1, 3, 6, true), Shown(world.Audit()));

        world.AllowHarm();
        world.Execute(harm.Replace("OPEN", open.Id, StringComparison.Ordinal));
        var found = world.Audit().Violations;
        Assert.Equal(checks.Order(), found.Select(one => one.Check).Distinct().Order());
        Assert.All(found, one => Assert.True(one.Id.Length > 0 && one.Message.Length > 10, one.ToString()));
    }

    [Fact]
    public async Task The_command_tells_by_its_exit_code_and_reads_beside_the_server()
    {
        Assert.SkipWhen(TestStore.IsPostgres, "A file, read beside its server; PostgreSQL's is in the tests of many nodes.");
        using var world = await MoneyWorld.StartAsync();
        using var output = new StringWriter();
        Assert.Equal(0, AuditCommand.Run(world.Folder, output));
        Assert.Contains("the books balance", output.ToString(), StringComparison.Ordinal);
        world.Execute("UPDATE accounts SET balance_micros = 1");
        Assert.Equal(1, AuditCommand.Run(world.Folder, output));
        Assert.Contains($"balance_is_sum {Rows.Account}: the balance is 1 and the rows add up to 1000", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, AuditCommand.Run(Path.Combine(world.Folder, "none"), output));
    }

    [Fact]
    public async Task Tasks_are_looked_at_in_pages_to_the_last()
    {
        const string First = "task_00000000000000000000001001", Last = "task_00000000000000000000006001";
        using var world = await MoneyWorld.StartAsync();
        world.Execute(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
            INSERT INTO tasks (id, shard, version, account_id, key_id, model, order_json, base_url, phase, price_micros, created_at)
            SELECT 'task_0000000000000000000000' || (1000 + i), 0, 1, '{Rows.Account}', 'k', 'm', '{"{}"}', '', 'accepted', 0, 1 FROM n;
            INSERT INTO ledger_entries (account_id, task_id, kind, balance_micros, reserved_micros, created_at)
            SELECT account_id, id, 'reserve', 0, 0, 1 FROM tasks WHERE id NOT IN ('{First}', '{Last}');
            INSERT INTO spending (account_id, day, key_id, created_count) VALUES ('{Rows.Account}', 0, 'k', 5001);
            UPDATE accounts SET in_flight_count = 5001;
            """);
        var report = world.Audit();
        Assert.Equal((5001, "reserved_once"), (report.TaskCount, report.Violations.Select(one => one.Check).Distinct().Single()));
        Assert.Equal([First, Last], report.Violations.Select(one => one.Id));
    }

    private static (long, long, long, bool) Shown(AuditReport report) => (report.AccountCount, report.TaskCount, report.EntryCount, report.IsClean);
}
