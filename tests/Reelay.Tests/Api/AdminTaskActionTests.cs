using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>What operators can do about a submission whose answer was lost, while it is looked for and after it was given up.</summary>
public sealed class AdminTaskActionTests(AdminTaskActionTests.World world) : IClassFixture<AdminTaskActionTests.World>
{
    private static readonly string[] _actions = ["adopt", "mark-lost", "resubmit"];

    /// <summary>One server that looks for lost answers a minute later, and one that gives them up at once.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal GatewayHost Looking { get; private set; } = null!;

        internal GatewayHost GivingUp { get; private set; } = null!;

        public async ValueTask InitializeAsync() => (Looking, GivingUp) = (await StartAsync("60"), await StartAsync("1"));

        public async ValueTask DisposeAsync()
        {
            await Looking.DisposeAsync();
            await GivingUp.DisposeAsync();
        }
    }

    private static Task<GatewayHost> StartAsync(string callSeconds, string hold = "0") => GatewayHost.StartAsync(new()
    {
        ["Reelay:Channels:sandbox_openai:CallSeconds"] = callSeconds,
        ["Reelay:Channels:sandbox_openai:Options:list_delay_seconds"] = "0",
        ["Reelay:Engine:ReconcileHoldSeconds"] = hold,
    });

    [Fact]
    public async Task A_task_that_is_looked_for_goes_on_with_the_adopted_order()
    {
        var host = world.Looking;
        var id = await LostAsync(host, "a boat adopted [drop:after-accept]", "reconciling");
        var (status, task) = await ActAsync(host, id, "adopt", new { upstream_id = Submission(host, "a boat adopted").Row.UpstreamId });
        Assert.Equal(200, status);
        Assert.Equal(("adopt", "reconciling"), Recorded(task));
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Single(host.Sandbox.Submissions, report => report.Row.Prompt!.StartsWith("a boat adopted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_task_that_is_looked_for_is_given_up_at_once()
    {
        var host = world.Looking;
        var id = await LostAsync(host, "a boat [drop:before-accept]", "reconciling");
        var (status, task) = await ActAsync(host, id, "mark-lost");
        Assert.Equal((200, "failed", "submission_outcome_unknown"), (status, task.GetProperty("phase").GetString(), task.GetProperty("error").GetProperty("code").GetString()));
        Assert.False(task.GetProperty("attempts")[0].TryGetProperty("possible_cost_micros", out _));
        Assert.False(task.TryGetProperty("settled_micros", out _));
        Assert.Equal(0, host.Database(connection => Scalar(connection, $"SELECT count(*) FROM ledger_entries WHERE task_id = '{id}' AND kind = 'settle'")));
    }

    [Fact]
    public async Task A_task_that_is_looked_for_is_sent_again_on_an_operators_word()
    {
        var host = world.Looking;
        host.Sandbox.Faults.Add(new FaultRule { Provider = "openai", Call = SimulatedCall.Create, Fault = Fault.Parse("drop")!, Count = 1, Prompt = "once more" });
        var id = await LostAsync(host, "a boat once more", "reconciling");
        var (status, task) = await ActAsync(host, id, "resubmit");
        Assert.Equal(200, status);
        Assert.Equal(("unknown", true), (task.GetProperty("attempts")[0].GetProperty("outcome").GetString(), task.GetProperty("attempts")[0].GetProperty("possible_cost_micros").GetInt64() > 0));
        Assert.Equal("completed", (await host.FinishAsync(id)).GetProperty("status").GetString());
        Assert.Equal(2, (await host.AdminTaskAsync(id)).GetProperty("attempts").GetArrayLength());

        // The first attempt is left behind as a possible cost, until an operator knows better; the task itself stays as it is.
        (status, var unnamed) = await ActAsync(host, id, "mark-lost");
        Assert.Equal((400, "wrong_phase"), (status, unnamed.GetProperty("error").GetProperty("code").GetString()));
        (status, var unknown) = await ActAsync(host, id, "mark-lost", new { attempt = 3 });
        Assert.Equal((400, "invalid_attempt"), (status, unknown.GetProperty("error").GetProperty("code").GetString()));
        (status, task) = await ActAsync(host, id, "mark-lost", new { attempt = 1 });
        Assert.Equal((200, "completed"), (status, task.GetProperty("phase").GetString()));
        Assert.False(task.GetProperty("attempts")[0].TryGetProperty("possible_cost_micros", out _));
        Assert.Equal("completed", task.GetProperty("attempts")[1].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_task_that_was_given_up_never_changes_again()
    {
        var host = world.GivingUp;
        var id = await LostAsync(host, "a boat [drop:before-accept]", "failed");
        var before = (await host.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetRawText();

        var (status, adopted) = await ActAsync(host, id, "adopt", new { upstream_id = "video_found" });
        var attempt = adopted.GetProperty("attempts")[0];
        Assert.Equal((200, "video_found", adopted.GetProperty("price_micros").GetInt64()), (status, attempt.GetProperty("upstream_id").GetString(), attempt.GetProperty("possible_cost_micros").GetInt64()));
        (status, var lost) = await ActAsync(host, id, "mark-lost");
        Assert.Equal((200, false), (status, lost.GetProperty("attempts")[0].TryGetProperty("possible_cost_micros", out _)));
        (status, var again) = await ActAsync(host, id, "resubmit");
        Assert.Equal(200, status);

        var second = again.GetProperty("resubmitted_as").GetString()!;
        Assert.Equal(["adopt", "mark_lost", "resubmit"], again.GetProperty("actions").EnumerateArray().Select(action => action.GetProperty("action").GetString()));
        Assert.Equal("failed", again.GetProperty("phase").GetString());
        Assert.Equal(before, (await host.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body.GetRawText());
        Assert.Equal(again.GetProperty("account_id").GetString(), (await host.AdminTaskAsync(second)).GetProperty("account_id").GetString());
        Assert.Equal("failed", (await host.FinishAsync(second)).GetProperty("status").GetString());

        (status, var refused) = await ActAsync(host, id, "resubmit");
        Assert.Equal((400, "already_resubmitted"), (status, refused.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains(second, refused.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task The_new_task_has_files_of_its_own_and_is_made()
    {
        var host = world.GivingUp;
        host.Sandbox.Faults.Add(new FaultRule { Provider = "openai", Call = SimulatedCall.Create, Fault = Fault.Parse("drop")!, Count = 1, Prompt = "with a picture" });
        var picture = Convert.ToBase64String(PngImage.Gradient(1280, 720));
        var (created, video) = await host.SendAsync(
            HttpMethod.Post, "/v1/videos", new { prompt = "a boat with a picture", size = "1280x720", input_reference = "data:image/png;base64," + picture });
        Assert.Equal(200, created);
        var id = video.GetProperty("id").GetString()!;
        await host.FinishAsync(id);
        host.Database(connection => connection.Execute("UPDATE tasks SET groups = 'default official' WHERE id = @id", null, ("@id", id)));
        var second = (await ActAsync(host, id, "resubmit")).Body.GetProperty("resubmitted_as").GetString()!;
        await host.SendAsync(HttpMethod.Delete, "/v1/videos/" + id);
        Assert.Equal("completed", (await host.FinishAsync(second)).GetProperty("status").GetString());
        Assert.Equal(1, host.Database(connection => Scalar(connection, $"SELECT count(*) FROM tasks WHERE id = '{second}' AND groups = 'default official'")));
    }

    [Fact]
    public async Task In_every_other_phase_nothing_is_done()
    {
        var host = world.Looking;
        var running = await host.OrderAsync("a boat [stuck]");
        await host.AdminUntilAsync(running, "submitted");
        var done = await host.OrderAsync();
        await host.FinishAsync(done);
        foreach (var (id, phase) in new[] { (running, "submitted"), (done, "completed") })
        {
            foreach (var action in _actions)
            {
                var (status, body) = await ActAsync(host, id, action, new { upstream_id = "x" });
                Assert.Equal((400, "wrong_phase"), (status, body.GetProperty("error").GetProperty("code").GetString()));
                Assert.Contains($"The task is {phase}", body.GetProperty("error").GetProperty("message").GetString());
            }
        }

        await host.SendAsync(HttpMethod.Delete, "/v1/videos/" + running);
    }

    [Theory]
    [InlineData("", 400, "invalid_json")]
    [InlineData("[]", 400, "invalid_upstream_id")]
    [InlineData("{}", 400, "invalid_upstream_id")]
    [InlineData("""{"upstream_id": 7}""", 400, "invalid_upstream_id")]
    [InlineData("""{"upstream_id": "x", "reference": "y"}""", 400, "invalid_reference")]
    public async Task A_body_that_says_nothing_is_refused_by_field(string body, int expected, string code)
    {
        var id = await LostAsync(world.Looking, "a boat [drop:before-accept]", "reconciling");
        var (status, answer) = await ActAsync(world.Looking, id, "adopt", body);
        Assert.Equal((expected, code), (status, answer.GetProperty("error").GetProperty("code").GetString()));
        await ActAsync(world.Looking, id, "mark-lost");
    }

    [Fact]
    public async Task Strangers_unknown_tasks_and_taken_ids_are_refused_and_the_last_is_noted()
    {
        var host = world.Looking;
        var done = await host.OrderAsync("a boat that has its id");
        await host.FinishAsync(done);
        var id = await LostAsync(host, "a boat [drop:before-accept]", "reconciling");
        var (status, body) = await ActAsync(host, id, "adopt", new { upstream_id = Submission(host, "a boat that has its id").Row.UpstreamId });
        Assert.Equal((400, "upstream_id_taken", "upstream_id"), (status, body.GetProperty("error").GetProperty("code").GetString(), body.GetProperty("error").GetProperty("param").GetString()));
        var refused = (await host.AdminTaskAsync(id)).GetProperty("actions")[0];
        Assert.Equal(("upstream_id_taken", refused.GetProperty("before").GetRawText()), (refused.GetProperty("refusal").GetProperty("code").GetString(), refused.GetProperty("after").GetRawText()));

        foreach (var action in _actions)
        {
            Assert.Equal(403, (await host.SendAsync(HttpMethod.Post, $"/admin/v1/tasks/{id}/{action}", new { upstream_id = "x" })).Status);
            Assert.Equal(404, (await ActAsync(host, "task_00000000000000000000000000", action, new { upstream_id = "x" })).Status);
            Assert.Equal(404, (await ActAsync(host, "nothing", action, new { upstream_id = "x" })).Status);
        }

        await ActAsync(host, id, "mark-lost");
    }

    [Fact]
    public async Task The_hold_keeps_only_what_cannot_be_told()
    {
        await using var host = await StartAsync("1", hold: "3600");
        var found = await host.OrderAsync("a boat that is found [drop:after-accept]");
        Assert.Equal("completed", (await host.FinishAsync(found)).GetProperty("status").GetString());
        var held = await LostAsync(host, "a boat [drop:before-accept]", "reconciling");
        var attempt = (await host.AdminTaskAsync(held)).GetProperty("attempts")[0];
        while (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() < attempt.GetProperty("send_by").GetInt64() + 1000) await GatewayHost.PauseAsync();
        Assert.Equal("reconciling", (await host.AdminTaskAsync(held)).GetProperty("phase").GetString());
        Assert.Equal(200, (await ActAsync(host, held, "mark-lost")).Status);
    }

    private static async Task<string> LostAsync(GatewayHost host, string prompt, string phase)
    {
        var id = await host.OrderAsync(prompt);
        await host.AdminUntilAsync(id, phase);
        return id;
    }

    private static async Task<(int Status, JsonElement Body)> ActAsync(GatewayHost host, string id, string action, object? body = null)
    {
        using var admin = host.NewClient(host.AdminKey);
        return await host.SendAsync(HttpMethod.Post, $"/admin/v1/tasks/{id}/{action}", body, admin);
    }

    private static (string?, string?) Recorded(JsonElement task)
    {
        var action = Assert.Single(task.GetProperty("actions").EnumerateArray());
        Assert.StartsWith("key_", action.GetProperty("key_id").GetString());
        Assert.True(action.GetProperty("asked_at").GetInt64() <= action.GetProperty("done_at").GetInt64());
        return (action.GetProperty("action").GetString(), action.GetProperty("before").GetProperty("phase").GetString());
    }

    private static SubmissionReport Submission(GatewayHost host, string prompt) =>
        host.Sandbox.Submissions.First(report => report.Row.Prompt!.StartsWith(prompt, StringComparison.Ordinal));

    private static long Scalar(System.Data.Common.DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
