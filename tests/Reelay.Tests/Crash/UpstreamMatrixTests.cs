namespace Reelay.Tests.Crash;

/// <summary>
/// What an upstream may do to a submission × provider × a SIGKILL at a durable step. Counted at the sandbox: at most one order accepted,
/// exactly one where the provider can tell; every task ends, its reservation closed once.
/// </summary>
/// <remarks>
/// Here the orders of one provider go together, and the first that reaches the step brings the kill; where connections are refused and the kill
/// comes before the way is open again, those of all providers.
/// <c>make chaos</c> (REELAY_MATRIX=each) kills once for every cell.
/// </remarks>
public sealed class UpstreamMatrixTests(UpstreamMatrixTests.World world) : IClassFixture<UpstreamMatrixTests.World>
{
    // Rules let a call go wrong once, words in the prompt each time. A refusal on every try would only show the end of the queue.
    private static readonly (string Fault, bool IsOnce)[] Faults =
    [
        ("http:400", false), ("http:429", true), ("http:503", true), ("bare:502", true), ("bare:503", true), ("bare:504", true),
        ("drop:before-accept", true), ("drop:after-accept", true), ("hang", true), ("hang:after-accept", true), ("truncate", true), ("garbage", true),
        ("moved", true),
    ];

    // Not the sandbox's to play: nobody listens where the channels lead. It stands apart, since it concerns all orders of its time.
    private const string Refused = "refused";

    // What the sandbox has not accepted, and documents as a refusal: the order goes on to another try and is made.
    private static readonly string[] Documented = ["http:429", "http:503"];

    private static readonly string[] Providers = ["openai", "openai-images", "kling"];

    private static bool IsEach => Environment.GetEnvironmentVariable("REELAY_MATRIX") == "each";

    public static TheoryData<string> Steps() => ["none", "accepted", "submitting", "submitted", "fetching"];

    public static TheoryData<string, string> Cells()
    {
        var cells = new TheoryData<string, string>();
        foreach (var provider in Providers)
        {
            foreach (string step in Steps()) cells.Add(provider, step);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Nothing_is_made_twice_and_nothing_is_left(string provider, string step)
    {
        foreach (var faults in IsEach ? Faults.Select(fault => new[] { fault }) : [Faults])
        {
            var orders = new Dictionary<string, string>();
            foreach (var (fault, isOnce) in faults)
            {
                var prompt = $"{provider} {step} <{fault.Replace(':', ' ')}>{(isOnce ? "" : $" [{fault}]")}";
                if (isOnce) await world.Crash.AddFaultAsync(new { provider, call = "create", fault, count = 1, prompt });
                orders[fault] = await OrderAsync(provider, prompt);
            }

            if (step != "none") await world.KillAtAsync(step, [.. orders.Values]);
            foreach (var (fault, id) in orders) await CheckAsync(provider, step, fault, id);
        }
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task An_order_whose_upstream_refuses_connections_is_made_once_when_it_is_back(string step)
    {
        // A kill after the way is open may catch another provider's order in flight, and of that one less could be said.
        var isApart = IsEach || step is "submitted" or "fetching";
        foreach (var providers in isApart ? Providers.Select(provider => new[] { provider }) : [Providers])
        {
            world.Crash.Way!.Close();
            var ids = new List<string>();
            foreach (var provider in providers) ids.Add(await OrderAsync(provider, $"{provider} {step} <{Refused}>"));

            // An attempt that finds nobody is over at once: the kill at "submitting" hits it, or the time just after it.
            if (step == "accepted") await world.KillAtAsync(step, ids);
            else foreach (var id in ids) await world.UntilTriedAsync(id, isOver: step != "submitting");
            if (step == "submitting") await world.Crash.RestartAsync();
            foreach (var id in ids) await world.UntilTriedAsync(id, isOver: false);
            world.Crash.Way.Open();
            if (step is "submitted" or "fetching") await world.KillAtAsync(step, ids);
            for (var n = 0; n < providers.Length; n++) await CheckAsync(providers[n], step, Refused, ids[n]);
        }
    }

    private async Task<string> OrderAsync(string provider, string prompt)
    {
        var model = provider switch { "openai" => "sora-2", "kling" => "kling-v2-6", _ => "gpt-image-2" };
        var (status, body) = await world.Crash.SendAsync(HttpMethod.Post, "/v1/videos", new { model, prompt });
        Assert.True(status == 200, body.GetRawText());
        return body.GetProperty("id").GetString()!;
    }

    private async Task CheckAsync(string provider, string step, string fault, string id)
    {
        var cell = $"{provider} {step} {fault}";
        var video = await world.Crash.FinishAsync(id);
        var code = video.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null;
        var accepted = (await world.Crash.SubmissionsAsync(video.GetProperty("prompt").GetString())).Count(order => order.Accepted);
        Assert.True(accepted <= 1, $"{cell}: {accepted} orders were accepted");
        Assert.Equal((cell, Expected(provider, step, fault, code, accepted)), (cell, code));
        Assert.Equal((cell, code is null ? 1 : accepted), (cell, accepted));
        Assert.Equal(["reserve", code is null ? "settle" : "release"], world.Crash.Ledger(id));
    }

    // Kling is found by our own mark, so that an absence is certain too. OpenAI's list proves presence alone. Pictures come with the answer
    // or never. A kill loses the answer of a call in flight, whatever the fault was.
    private static string? Expected(string provider, string step, string fault, string? code, int accepted)
    {
        const string Unknown = "submission_outcome_unknown";
        if (fault == "http:400") return step != "none" && provider != "kling" && code == Unknown ? Unknown : "upstream_rejected";
        if (provider == "kling") return null;
        if (Documented.Contains(fault) && step == "none") return null;

        // Once an attempt has ended as refused nothing was ever sent, and no kill can change that; one that a kill catches open is unknown.
        if (fault == Refused && (step is "none" || (provider == "openai" && step is "submitted" or "fetching"))) return null;
        if (provider == "openai" && step == "none") return accepted == 1 ? null : Unknown;
        return code is null or Unknown ? code : Unknown;
    }

    /// <summary>One server and one sandbox for all cells.</summary>
    public sealed class World : IAsyncLifetime
    {
        private static readonly Dictionary<string, string> Settings = new()
        {
            // What hangs ends by these; what does not must never take as long, however busy the machine is.
            ["Reelay__Channels__sandbox_openai_images__CallSeconds"] = "5",
            ["Reelay__Channels__sandbox_kling__CallSeconds"] = "5",
            ["Reelay__Channels__sandbox_openai__Options__list_delay_seconds"] = "0",
            ["Reelay__Channels__sandbox_kling__Options__search_delay_seconds"] = "0",

            // No source says when a new order can be looked up, so that an operator has to say it; the sandbox shows it at once.
            ["Reelay__Channels__sandbox_kling__Options__trust_absence"] = "true",
        };

        internal CrashWorld Crash { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Crash = await CrashWorld.StartAsync(settings: Settings, canBeCut: true);

        public ValueTask DisposeAsync() => Crash.DisposeAsync();

        /// <summary>Kills the server once one of the tasks is at a step, or past it, and starts it again.</summary>
        internal async Task KillAtAsync(string step, List<string> ids)
        {
            string[] order = ["accepted", "submitting", "reconciling", "submitted", "fetching", "completed", "failed"];
            var from = Array.IndexOf(order, step);
            while (!Phases(ids).Any(phase => Array.IndexOf(order, phase) >= from)) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            await Crash.RestartAsync();
        }

        /// <summary>Waits until an attempt is recorded, whatever has become of it; or until one has ended without having been sent.</summary>
        internal async Task UntilTriedAsync(string id, bool isOver)
        {
            var sql = "SELECT 'tried' FROM attempts WHERE task_id = @id" + (isOver ? " AND outcome = 'not_accepted' AND error_kind = 'NotSent'" : "");
            while (Crash.Query(sql, id).Count == 0) await CrashWorld.PauseAsync(1);
        }

        private List<string> Phases(List<string> ids) =>
            Crash.Query("SELECT DISTINCT phase FROM tasks WHERE id IN (SELECT value FROM json_each(@id))", System.Text.Json.JsonSerializer.Serialize(ids));
    }
}
