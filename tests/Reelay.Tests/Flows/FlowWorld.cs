using System.Text.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Reelay.Server.Assets.Probing;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Assets;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>A gateway with its sandbox for all tests of one class, and a tap on what passes between them.</summary>
public abstract class FlowWorld : IAsyncLifetime
{
    private static int _count;

    private GatewayHost? _gateway;

    internal GatewayHost Gateway => _gateway!;

    internal WireTap Wire { get; } = new();

    private protected virtual Dictionary<string, string?> Settings => [];

    private protected virtual SandboxOptions Sandbox => new() { Duration = 0.1, Render = RenderMode.StandIn };

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        _gateway = await GatewayHost.StartAsync(Settings, Sandbox, services: services => services.TryAddSingleton<Func<HttpMessageInvoker>>(Wire.NewHttp));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A prompt that no other order of this process has.</summary>
    internal static string Prompt(string words = "a red boat") => $"{words} no. {Interlocked.Increment(ref _count)}.";

    /// <summary>Lets the upstream's work stand still, or go on.</summary>
    internal void Freeze(bool isFrozen, SandboxHost? sandbox = null) => (sandbox ?? Gateway.Sandbox).Core.SetSpeed(isFrozen ? 0 : 1, null);

    /// <summary>A link to this gateway.</summary>
    internal string Url(string path) => new Uri(Gateway.BaseUrl, path).AbsoluteUri;

    /// <summary>Orders and gives what came of it, whatever it is.</summary>
    internal async Task<JsonElement> MakeAsync(object body, string path = "/v1/videos")
    {
        var (status, made) = await Gateway.SendAsync(HttpMethod.Post, path, body);
        Assert.True(status == 200, made.GetRawText());
        return await Gateway.FinishAsync(made.GetProperty("id").GetString()!);
    }

    /// <summary>Orders, sees it completed, its file measured and its money settled, and its upstream charged once.</summary>
    internal async Task<Made> CompleteAsync(object body, string path = "/v1/videos")
    {
        var video = await MakeAsync(body, path);
        return await CheckAsync(video);
    }

    /// <summary>Checks an end that must be a success.</summary>
    internal async Task<Made> CheckAsync(JsonElement video)
    {
        var id = video.GetProperty("id").GetString()!;
        var task = await Gateway.AdminTaskAsync(id);
        Assert.True(video.GetProperty("status").GetString() == "completed", task.GetRawText());
        var price = task.GetProperty("price_micros").GetInt64();
        var settled = task.GetProperty("settled_micros").GetInt64();
        Assert.InRange(settled, 0, price);
        Assert.Equal([("reserve", 0L, price), ("settle", -settled, -price)], Ledger(id));
        var attempt = Assert.Single(task.GetProperty("attempts").EnumerateArray());
        Assert.Equal("completed", attempt.GetProperty("outcome").GetString());
        return new Made(video, task, attempt, await DownloadAsync(id));
    }

    /// <summary>Sees a task failed and its money given back.</summary>
    internal async Task<JsonElement> CheckFailedAsync(JsonElement video, string code)
    {
        var id = video.GetProperty("id").GetString()!;
        var task = await Gateway.AdminTaskAsync(id);
        Assert.True(video.GetProperty("status").GetString() == "failed", task.GetRawText());
        Assert.Equal(code, video.GetProperty("error").GetProperty("code").GetString());
        var price = task.GetProperty("price_micros").GetInt64();
        Assert.Equal([("reserve", 0L, price), ("release", 0L, -price)], Ledger(id));
        return task;
    }

    /// <summary>The entries of one task: kind, and what each adds to balance and reserve.</summary>
    internal List<(string Kind, long Balance, long Reserved)> Ledger(string id) => Gateway.Database(connection => connection.Query(
        row => (row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
        "SELECT kind, balance_micros, reserved_micros FROM ledger_entries WHERE task_id = @id ORDER BY id", ("@id", id)));

    /// <summary>Downloads a result and measures it with the server's own readers.</summary>
    internal async Task<Content> DownloadAsync(string id, string query = "")
    {
        using var response = await Gateway.Client.GetAsync($"/v1/videos/{id}/content{query}", TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, System.Text.Encoding.UTF8.GetString(bytes));
        await using var asset = new MemoryAsset(bytes);
        return new Content(bytes, response.Content.Headers.ContentType!.ToString(), (await MediaProbe.ProbeAsync(asset, TestContext.Current.CancellationToken))!);
    }

    /// <summary>How often the upstream heard of an order, whether it took it or not.</summary>
    internal IReadOnlyList<SubmissionReport> Submissions(string prompt) => Gateway.Sandbox.Core.Submissions(new SubmissionFilter { Prompt = prompt });

    /// <summary>The only call for an order that reached an upstream.</summary>
    internal SubmissionReport Submission(string prompt) => Assert.Single(Submissions(prompt));

    /// <summary>What the upstream made of that call.</summary>
    internal SimulatedJob Job(string prompt)
    {
        var row = Submission(prompt).Row;
        return Gateway.Sandbox.Core.Store.FindJob(row.Provider, row.UpstreamId!)!;
    }

    /// <summary>Posts a form and gives what came of it.</summary>
    internal async Task<JsonElement> MakeFormAsync(MultipartFormDataContent form, string path = "/v1/videos")
    {
        using var content = form;
        var (status, made) = await Gateway.PostAsync(path, content);
        Assert.True(status == 200, made.GetRawText());
        return await Gateway.FinishAsync(made.GetProperty("id").GetString()!);
    }

    /// <summary>A refusal's code and parameter.</summary>
    internal async Task<(int Status, string? Code, string? Param)> RefuseAsync(object body, string path = "/v1/videos")
    {
        var (status, answer) = await Gateway.SendAsync(HttpMethod.Post, path, body);
        Assert.True(status >= 400, answer.GetRawText());
        var error = answer.GetProperty("error");
        return (status, error.GetProperty("code").GetString(), error.TryGetProperty("param", out var param) ? param.GetString() : null);
    }
}

/// <summary>A completed order.</summary>
/// <param name="Video">What its caller sees.</param>
/// <param name="Task">What the operator sees.</param>
/// <param name="Attempt">Its only attempt.</param>
/// <param name="Content">Its file.</param>
internal sealed record Made(JsonElement Video, JsonElement Task, JsonElement Attempt, Content Content)
{
    public string Id => Video.GetProperty("id").GetString()!;

    public JsonElement Effective => Video.GetProperty("effective");

    public long PriceMicros => Task.GetProperty("price_micros").GetInt64();

    public long SettledMicros => Task.GetProperty("settled_micros").GetInt64();

    public string UpstreamModel => Attempt.GetProperty("upstream_model").GetString()!;
}

/// <summary>A downloaded file.</summary>
internal sealed record Content(byte[] Bytes, string ContentType, MediaFacts Facts);
