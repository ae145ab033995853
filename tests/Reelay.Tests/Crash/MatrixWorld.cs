using System.Text.Json;

namespace Reelay.Tests.Crash;

/// <summary>One server and one sandbox for all cells of a matrix of what happens to a submission × provider × a SIGKILL at a durable step.</summary>
/// <param name="pictureSeconds">
/// When a call for pictures is given up, after which nobody can tell what became of it. What hangs, or was open when the server was killed, is waited
/// for as long; what does not hang must never take as long, however busy the machine is.
/// </param>
/// <param name="canBeCut">Whether the sandbox can be made to refuse connections.</param>
public abstract class MatrixWorld(int pictureSeconds, bool canBeCut) : IAsyncLifetime
{
    internal const string Unknown = "submission_outcome_unknown";

    internal static readonly string[] Providers = ["openai", "openai-images", "kling"];

    /// <summary>Whether every cell has a kill of its own.</summary>
    internal static bool IsEach => Environment.GetEnvironmentVariable("REELAY_MATRIX") == "each";

    internal CrashWorld Crash { get; private set; } = null!;

    public static TheoryData<string> Steps() => ["none", "accepted", "submitting", "submitted", "fetching"];

    public async ValueTask InitializeAsync() => Crash = await CrashWorld.StartAsync(
        settings: new()
        {
            ["Reelay__Channels__sandbox_openai_images__CallSeconds"] = $"{pictureSeconds}",
            ["Reelay__Channels__sandbox_kling__CallSeconds"] = "5",
            ["Reelay__Channels__sandbox_openai__Options__list_delay_seconds"] = "0",
            ["Reelay__Channels__sandbox_kling__Options__search_delay_seconds"] = "0",

            // No source says when a new order can be looked up, so that an operator has to say it; the sandbox shows it at once.
            ["Reelay__Channels__sandbox_kling__Options__trust_absence"] = "true",
        },
        canBeCut: canBeCut);

    public async ValueTask DisposeAsync()
    {
        await Crash.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task<string> OrderAsync(string provider, string prompt)
    {
        var model = provider switch { "openai" => "sora-2", "kling" => "kling-v2-6", _ => "gpt-image-2" };
        var (status, body) = await Crash.SendAsync(HttpMethod.Post, "/v1/videos", new { model, prompt });
        Assert.True(status == 200, body.GetRawText());
        return body.GetProperty("id").GetString()!;
    }

    /// <summary>Kills the server once one of the tasks is at a step, or past it, and starts it again.</summary>
    internal async Task KillAtAsync(string step, List<string> ids)
    {
        string[] order = ["accepted", "submitting", "reconciling", "submitted", "fetching", "completed", "failed"];
        var from = Array.IndexOf(order, step);
        while (!Phases(ids).Any(phase => Array.IndexOf(order, phase) >= from)) await CrashWorld.PauseAsync(1);
        await Crash.RestartAsync();
    }

    /// <summary>Checks a cell: at most one order accepted, the end that is expected, exactly one accepted where it was made, its reservation closed once.</summary>
    /// <param name="cell">Names it where something does not hold.</param>
    /// <param name="id">Its task, which is waited for.</param>
    /// <param name="expected">The code of the task's error, null if it is to be completed; told the code it has and how many orders were accepted.</param>
    internal async Task CheckAsync(string cell, string id, Func<string?, int, string?> expected)
    {
        var video = await Crash.FinishAsync(id);
        var code = video.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null;
        var accepted = (await Crash.SubmissionsAsync(video.GetProperty("prompt").GetString())).Count(order => order.Accepted);
        Assert.True(accepted <= 1, $"{cell}: {accepted} orders were accepted");
        Assert.Equal((cell, expected(code, accepted)), (cell, code));
        Assert.Equal((cell, code is null ? 1 : accepted), (cell, accepted));
        Assert.Equal(["reserve", code is null ? "settle" : "release"], Crash.Ledger(id));
    }

    private List<string> Phases(List<string> ids) =>
        Crash.Query("SELECT DISTINCT phase FROM tasks WHERE id IN (SELECT value FROM json_each(@id))", JsonSerializer.Serialize(ids));
}
