using System.Security.Cryptography;
using Reelay.Server.Api;
using Reelay.Server.Api.Content;
using Reelay.Server.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

/// <summary>A real server that serves one file from a real local store, and a client that neither decodes nor redirects.</summary>
internal sealed class ContentServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Stored = new(2026, 3, 1, 12, 0, 0, 250, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler());

    private LoopbackServer? _server;

    public required byte[] Bytes { get; init; }

    public string Tag => $"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes))}\"";

    public Uri Url => _server!.Url;

    /// <summary>Completes with what <see cref="ContentResponse.WriteAsync"/> returned or threw for the first request.</summary>
    public TaskCompletionSource<ApiError?> FirstOutcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<ContentServer> StartAsync(byte[] bytes, IAssetReader? reader = null)
    {
        var server = new ContentServer { Bytes = bytes };
        var store = new LocalAssetStore(server._folder.Path, RandomNumberGenerator.Fill);
        var stored = await store.WriteAsync("task_01/1", new MemoryStream(bytes), bytes.Length, CancellationToken.None);
        var description = new ContentDescription("video/mp4", stored.SizeBytes, stored.Sha256, Stored, "clip ü.mp4");
        server._server = await LoopbackServer.StartAsync(async context =>
        {
            await using var file = reader ?? (await store.OpenAsync(stored.Key, context.RequestAborted))!;
            await server.AnswerAsync(context, file, description);
        });
        return server;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Url);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_server is not null) await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task AnswerAsync(HttpContext context, IAssetReader file, ContentDescription description)
    {
        try
        {
            var error = await ContentResponse.WriteAsync(context, file, description);
            FirstOutcome.TrySetResult(error);
            if (error is null) return;
            context.Response.StatusCode = error.Status;
            await context.Response.WriteAsync(error.Code);
        }
        catch (Exception e)
        {
            FirstOutcome.TrySetException(e);
            throw;
        }
    }
}
