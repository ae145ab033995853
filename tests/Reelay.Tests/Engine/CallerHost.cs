using System.Collections.Concurrent;
using System.Security.Cryptography;
using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>A caller's own web server on this machine: each path has an answer, and what was asked is kept in order.</summary>
internal sealed class CallerHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, int, Task>> _answers = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private LoopbackServer? _server;

    public Uri Url => _server!.Url;

    /// <summary>No bound of time ends a fetch before its test does.</summary>
    public static EngineOptions Patient => new() { InputFetchSeconds = 86_400 };

    /// <summary>Paths asked for, in order.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public static async Task<CallerHost> StartAsync()
    {
        var host = new CallerHost();
        host._server = await LoopbackServer.StartAsync(host.AnswerAsync);
        return host;
    }

    /// <summary>The beginning of a PNG of a size: as much of one as anybody here reads.</summary>
    public static byte[] Png(int width = 800, int height = 600) =>
    [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8,
        (byte)(width >> 24), (byte)(width >> 16), (byte)(width >> 8), (byte)width,
        (byte)(height >> 24), (byte)(height >> 16), (byte)(height >> 8), (byte)height,
        8, 2, 0, 0, 0,
    ];

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>An accepted task whose media are these, or links to these paths.</summary>
    public GenerationTask Task(string path, MediaRole role = MediaRole.ReferenceImage, string account = Rows.Account) =>
        Task([Link(path, role)], account);

    public static GenerationTask Task(IReadOnlyList<OrderMedia> media, string account = Rows.Account, long? createdAt = null)
    {
        var task = Rows.Task(account: account, createdAt: createdAt ?? EngineWorld.Now);
        return task with { Order = task.Order with { Media = media } };
    }

    public OrderMedia Link(string path, MediaRole role = MediaRole.ReferenceImage) => new(role, "", "", 0, "") { Url = Url + path + "?signature=secret" };

    /// <summary>Answers a path with bytes.</summary>
    public CallerHost Serve(string path, byte[] bytes) => Serve(path, (context, _) => context.Response.Body.WriteAsync(bytes).AsTask());

    /// <summary>Answers a path with statuses in turn; the last one for ever, and 200 with a picture.</summary>
    public CallerHost Serve(string path, params int[] statuses) => Serve(path, async (context, number) =>
    {
        context.Response.StatusCode = statuses[Math.Min(number, statuses.Length) - 1];
        if (context.Response.StatusCode == 200) await context.Response.Body.WriteAsync(Png());
    });

    /// <summary>Answers a path; the handler is told which request to it this is, from 1.</summary>
    public CallerHost Serve(string path, Func<HttpContext, int, Task> answer)
    {
        _answers["/" + path] = answer;
        return this;
    }

    /// <summary>Answers a path with bytes that never end.</summary>
    /// <returns>Begun when the first bytes are sent, broken when the other side has broken off: both end with the test at the latest.</returns>
    public (System.Threading.Tasks.Task Begun, System.Threading.Tasks.Task Broken) ServeEndless(string path)
    {
        var ending = TestContext.Current.CancellationToken;
        var begun = new TaskCompletionSource();
        var broken = new TaskCompletionSource();
        Serve(path, async (context, _) =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(Png());
                await context.Response.Body.FlushAsync();
                begun.TrySetResult();
                await System.Threading.Tasks.Task.Delay(TimeSpan.FromMilliseconds(3), TimeProvider.System, ending);
            }

            broken.SetResult();
        });
        return (begun.Task.WaitAsync(ending), broken.Task.WaitAsync(ending));
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _asked.Enqueue(path);
        return _answers[path](context, _asked.Count(asked => asked == path));
    }
}
