using System.Net.Http.Headers;
using Reelay.Tests.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Crash;

/// <summary>The server's process and the bucket: killed in the middle of an upload, and told of settings that are wrong.</summary>
[Collection("processes")]
public sealed class BucketKillTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_in_the_middle_of_an_upload_leaves_nothing_to_be_seen_and_the_rest_is_swept_after_a_day()
    {
        var clock = new MovedClock { Ahead = TimeSpan.FromDays(2) };
        using var world = await BucketWorld.StartAsync(time: clock);
        using var folder = new TemporaryFolder();
        var settings = Settings(world.Bucket, folder);
        await using var server = ServerProcess.Start("Reelay.Server", settings);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(settings["ASPNETCORE_URLS"]) };
        await server.AwaitReadyAsync(client, "/readyz");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-reelay-sandbox");
        using var rest = new CancellationTokenSource();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("vision"), "purpose" },
            { new StreamContent(new Unending(rest.Token)), "file", "long.mp4" },
        };
        var sending = client.PostAsync("/v1/files", form, Cancellation);
        while (await world.Bucket.UnfinishedCountAsync() == 0)
        {
            Assert.False(sending.IsCompleted);
            await GatewayHost.PauseAsync();
        }

        await server.KillAsync();
        await rest.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);

        Assert.Empty(await world.Bucket.ObjectsAsync());
        Assert.Equal(1, await world.Bucket.UnfinishedCountAsync());
        Assert.Equal(1, await world.Sweep.SweepAsync(Cancellation));
        Assert.Equal(0, await world.Bucket.UnfinishedCountAsync());
    }

    [Fact]
    public async Task A_wrong_secret_ends_the_start_with_one_sentence_that_names_the_setting()
    {
        using var bucket = await (await SwiftServer.UseAsync()).NewBucketAsync();
        using var folder = new TemporaryFolder();
        var settings = Settings(bucket, folder);
        settings["Reelay__Assets__S3__SecretKey"] = "not-the-secret";
        await using var server = ServerProcess.Start("Reelay.Server", settings);
        Assert.Equal(2, await server.ExitAsync());
        Assert.Contains("Reelay did not start: Reelay:Assets:S3:SecretKey: ", server.Output);
        Assert.DoesNotContain("not-the-secret", server.Output);
        Assert.DoesNotContain("   at ", server.Output);
    }

    private static Dictionary<string, string> Settings(SwiftBucket bucket, TemporaryFolder folder)
    {
        var settings = bucket.Configuration.ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!);
        settings["REELAY_DATA"] = folder.File("data");
        settings["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        settings["Reelay__Sandbox__Enabled"] = "true";
        settings["Reelay__MinFreeDisk"] = "0";
        return settings;
    }

    /// <summary>Twelve million bytes at once, and then silence.</summary>
    private sealed class Unending(CancellationToken end) : Server.Storage.ForwardStream
    {
        private int _left = 12_000_000;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end);
            var count = Math.Min(buffer.Length, _left);
            buffer.Span[..count].Clear();
            _left -= count;
            return count;
        }
    }
}
