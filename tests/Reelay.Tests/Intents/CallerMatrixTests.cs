using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Text.Json;
using OpenAI;
using OpenAI.Videos;
using Reelay.Tests.Crash;
using Reelay.Tests.Support;

namespace Reelay.Tests.Intents;

/// <summary>
/// Creates through a proxy that spoils the first one, by real clients with their own retries. In every cell: one task at most, exactly one
/// where the caller was answered, one reservation that is closed once, one submission.
/// </summary>
public sealed class CallerMatrixTests(CallerMatrixTests.World world) : IClassFixture<CallerMatrixTests.World>
{
    // The .NET SDK's retries look like new orders, and an answer that reached the network counts as given: the two sentences together make
    // these cells impossible without a key of the caller's own. The late first try is the other way round: its retry was answered.
    private static readonly Cut[] Unknowable = [Cut.Reply, Cut.LateReply, Cut.KillAfterCommit, Cut.HeldBody];

    public static TheoryData<Cut, string, bool> Cells()
    {
        var cells = new TheoryData<Cut, string, bool>();
        foreach (var cut in Enum.GetValues<Cut>())
        {
            foreach (var client in new[] { "curl", "node", "dotnet" })
            {
                cells.Add(cut, client, false);
                cells.Add(cut, client, true);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task One_intent_is_one_task(Cut cut, string client, bool hasKey)
    {
        var prompt = $"{cut} {client} {hasKey}";
        await using var proxy = new CuttingProxy(world.Crash.Url, cut, () => world.Crash.RestartAsync());
        var key = hasKey ? "key of " + prompt : null;
        var id = await CreateAsync(client, proxy, prompt, key);

        // curl repeats nothing by itself. A caller with a key may do so safely.
        if (client == "curl")
        {
            Assert.True((cut == Cut.HeldBody || id is null) && proxy.CreateCount == 1, $"curl sent {proxy.CreateCount} times");
            if (hasKey || cut is Cut.BeforeBody or Cut.Refused) id = await CreateAsync(client, proxy, prompt, key);
        }
        else
        {
            Assert.NotNull(id);
            Assert.True(proxy.CreateCount >= 2, "the client did not try again");
        }

        if (cut == Cut.HeldBody && client == "curl" && !hasKey) return;
        await proxy.Spoiled;
        var tasks = await world.TasksAsync(prompt);
        if (client == "dotnet" && !hasKey && Unknowable.Contains(cut))
        {
            Assert.InRange(tasks.Count, 1, 2);
            return;
        }

        // Without a retry and without an answer, the task is there and the caller can list it.
        var task = Assert.Single(tasks);
        if (id is not null) Assert.Equal(task, id);
        var video = await world.Crash.FinishAsync(task);
        var accepted = (await world.Crash.SubmissionsAsync(prompt)).Count(submission => submission.Accepted);
        if (cut == Cut.KillAfterCommit && video.GetProperty("status").GetString() == "failed")
        {
            // The kill can hit the submission too, at an upstream whose list does not tell whether an order never arrived.
            Assert.Equal("submission_outcome_unknown", video.GetProperty("error").GetProperty("code").GetString());
            Assert.InRange(accepted, 0, 1);
            Assert.Equal(["reserve", "release"], world.Crash.Ledger(task));
            return;
        }

        Assert.Equal(("completed", 1), (video.GetProperty("status").GetString(), accepted));
        Assert.Equal(["reserve", "settle"], world.Crash.Ledger(task));
    }

    private static Task<string?> CreateAsync(string client, CuttingProxy proxy, string prompt, string? key) => client switch
    {
        "curl" => CurlAsync(proxy, prompt, key),
        "node" => NodeAsync(proxy, prompt, key),
        _ => DotNetAsync(proxy, prompt, key),
    };

    private static string Timeout(CuttingProxy proxy) => proxy.Cut is Cut.LateReply or Cut.HeldBody ? "1.5" : "20";

    private static async Task<string?> CurlAsync(CuttingProxy proxy, string prompt, string? key)
    {
        List<string> arguments =
        [
            "-sS", "--fail", "--max-time", Timeout(proxy), "-H", "Authorization: Bearer sk-reelay-sandbox", "-H", "Content-Type: application/json",
            "-d", JsonSerializer.Serialize(new { prompt }), new Uri(proxy.Url, "/v1/videos").ToString(),
        ];
        if (key is not null) arguments.AddRange(["-H", "Idempotency-Key: " + key]);
        using var process = Process.Start(new ProcessStartInfo("curl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0 ? JsonDocument.Parse(output).RootElement.GetProperty("id").GetString() : null;
    }

    private static async Task<string?> NodeAsync(CuttingProxy proxy, string prompt, string? key)
    {
        var environment = new Dictionary<string, string>
        {
            ["OPENAI_BASE_URL"] = new Uri(proxy.Url, "/v1").ToString(),
            ["OPENAI_API_KEY"] = "sk-reelay-sandbox",
            ["CREATE_TIMEOUT"] = (double.Parse(Timeout(proxy), System.Globalization.CultureInfo.InvariantCulture) * 1000).ToString("0"),
        };
        var result = await NodeScripts.RunAsync(environment, "create-once", key is null ? [prompt] : [prompt, key]);
        Assert.True(result.TryGetProperty("value", out var video), result.GetRawText());
        return video.GetProperty("id").GetString();
    }

    private static async Task<string?> DotNetAsync(CuttingProxy proxy, string prompt, string? key)
    {
        var options = new VideoClientOptions
        {
            Endpoint = new Uri(proxy.Url, "/v1"),
            NetworkTimeout = TimeSpan.FromSeconds(double.Parse(Timeout(proxy), System.Globalization.CultureInfo.InvariantCulture)),
        };
        var client = new VideoClient(new ApiKeyCredential("sk-reelay-sandbox"), options);
        var request = new RequestOptions { CancellationToken = TestContext.Current.CancellationToken };
        if (key is not null) request.SetHeader("Idempotency-Key", key);
        using var content = BinaryContent.Create(BinaryData.FromObjectAsJson(new { prompt }));
        var answer = await client.CreateVideoAsync(content, "application/json", request);
        return JsonDocument.Parse(answer.GetRawResponse().Content).RootElement.GetProperty("id").GetString();
    }

    /// <summary>One server and one sandbox for all cells.</summary>
    public sealed class World : IAsyncLifetime
    {
        internal CrashWorld Crash { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Crash = await CrashWorld.StartAsync();

        public ValueTask DisposeAsync() => Crash.DisposeAsync();

        internal async Task<List<string>> TasksAsync(string prompt)
        {
            var (_, page) = await Crash.SendAsync(HttpMethod.Get, "/v1/videos?limit=100");
            return
            [
                .. page.GetProperty("data").EnumerateArray().Where(video => video.GetProperty("prompt").GetString() == prompt)
                    .Select(video => video.GetProperty("id").GetString()!),
            ];
        }
    }
}
