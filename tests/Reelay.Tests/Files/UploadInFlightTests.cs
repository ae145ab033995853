using System.Net;
using System.Text;
using Reelay.Server.Files;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>The sweep beside requests whose body is still arriving, over HTTP.</summary>
public sealed class UploadInFlightTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/videos", "input_reference", "inputs", "prompt", "it begins with this picture")]
    [InlineData("/v1/files", "file", "files", "purpose", "vision")]
    [InlineData("/v1/videos/characters", "video", "characters", "name", "Ada")]
    public async Task A_create_that_takes_longer_than_the_safe_age_keeps_what_it_brought(string path, string part, string root, string field, string value)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var sweep = (OrphanSweep)gateway.Services.GetService(typeof(OrphanSweep))!;
        using var content = new HeldContent(part, root == "characters" ? Uploads.Clip() : PngImage.Gradient(720, 1280), field, value);
        var answering = gateway.PostAsync(path, content);
        var key = await StoredAsync(gateway, root);
        Age(gateway, root);
        Assert.Equal(0, await sweep.SweepAsync(Cancellation));
        Assert.True(File.Exists(key));

        content.Release();
        var (status, body) = await answering;
        Assert.True(status == 200, body.GetRawText());

        // Now its row names it.
        Age(gateway, root);
        Assert.Equal(0, await sweep.SweepAsync(Cancellation));
        Assert.True(File.Exists(key));
        if (root == "inputs") Assert.Equal("completed", (await gateway.FinishAsync(body.Text("id"))).Text("status"));
        if (root == "files") Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, $"/v1/files/{body.Text("id")}")).Status);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_leaves_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var content = new HeldContent("file", Uploads.Png, "purpose", "vision");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var answering = gateway.Client.PostAsync("/v1/files", content, leaving.Token);
        await StoredAsync(gateway, "files");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answering);
        while (gateway.Stored("files").Length > 0) await GatewayHost.PauseAsync();
        Assert.Equal(0, gateway.Database(connection => Reelay.Server.Storage.SqlMapper.Scalar<long>(connection, "SELECT count(*) FROM files")));
    }

    // The path of the one finished file below a root, once it is there.
    private static async Task<string> StoredAsync(GatewayHost gateway, string root)
    {
        while (true)
        {
            if (gateway.Stored(root).SingleOrDefault(path => File.Exists(path) && !path.EndsWith(".part", StringComparison.Ordinal)) is { } key) return key;
            await GatewayHost.PauseAsync();
        }
    }

    private static void Age(GatewayHost gateway, string root)
    {
        foreach (var path in gateway.Stored(root).OrderByDescending(path => path.Length))
        {
            var info = File.Exists(path) ? (FileSystemInfo)new FileInfo(path) : new DirectoryInfo(path);
            info.LastWriteTimeUtc = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        }
    }

    /// <summary>A form that stops after its file until it is released.</summary>
    private sealed class HeldContent : HttpContent
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly byte[] _head;
        private readonly byte[] _tail;

        public HeldContent(string part, byte[] bytes, string field, string value)
        {
            Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=held");
            _head =
            [
                .. Encoding.UTF8.GetBytes($"--held\r\nContent-Disposition: form-data; name={part}; filename=a.bin\r\n\r\n"), .. bytes,
                .. Encoding.UTF8.GetBytes($"\r\n--held\r\nContent-Disposition: form-data; name={field}\r\n\r\n"),
            ];
            _tail = Encoding.UTF8.GetBytes(value + "\r\n--held--\r\n");
        }

        public void Release() => _released.SetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, Cancellation);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(_head, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await _released.Task.WaitAsync(cancellationToken);
            await stream.WriteAsync(_tail, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
