using System.Net.Http.Headers;
using System.Security.Cryptography;
using Reelay.Server.Assets;
using Reelay.Server.Engine;
using Reelay.Server.Files;
using Reelay.Server.Retention;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>The whole server with its files in a bucket at a real server.</summary>
public sealed class BucketFlowTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_video_is_stored_in_the_bucket_served_from_it_and_removed_from_it()
    {
        using var bucket = await (await SwiftServer.UseAsync()).NewBucketAsync();
        await using var gateway = await GatewayHost.StartAsync(bucket.Configuration);
        var (_, made) = await gateway.PostAsync("/v1/videos", Uploads.Form(("prompt", "a red boat"), ("input_reference", PngImage.Gradient(720, 1280))));
        var id = made.Text("id");
        var video = await gateway.FinishAsync(id);
        Assert.True(video.Text("status") == "completed", video.GetRawText());
        var objects = await bucket.ObjectsAsync();
        Assert.Equal(["inputs", id], objects.Select(name => name.Split('/')[0]).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(gateway.Folder, "assets")));

        var path = $"/v1/videos/{id}/content";
        var file = await gateway.Client.GetByteArrayAsync(path, Cancellation);
        using (var stored = await bucket.Client.GetObjectAsync(bucket.Name, bucket.Settings.Prefix + objects.Single(name => name.StartsWith(id)), Cancellation))
            Assert.Equal(SHA256.HashData(file), await SHA256.HashDataAsync(stored.ResponseStream, Cancellation));
        using (var part = await SendAsync(gateway.Client, HttpMethod.Get, path, (100, 299)))
        {
            Assert.Equal((206, $"bytes 100-299/{file.Length}"), ((int)part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
            Assert.Equal(file[100..300], await part.Content.ReadAsByteArrayAsync(Cancellation));
        }

        if (Tool.Exists("ffmpeg"))
        {
            using var thumbnail = await gateway.Client.GetAsync(path + "?variant=thumbnail", Cancellation);
            Assert.Equal((200, "image/webp"), ((int)thumbnail.StatusCode, thumbnail.Content.Headers.ContentType!.MediaType));
            Assert.Equal(3, (await bucket.ObjectsAsync()).Length);
        }

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
        while ((await bucket.ObjectsAsync()).Length > 0) await GatewayHost.PauseAsync();
    }

    [Fact]
    public async Task Only_whoever_asks_for_it_is_sent_to_the_bucket_by_a_link_that_ends()
    {
        using var bucket = await (await SwiftServer.UseAsync()).NewBucketAsync();
        await using var gateway = await GatewayHost.StartAsync(new(bucket.Configuration) { ["Reelay:Assets:S3:LinkSeconds"] = "120" });
        using var plain = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = gateway.BaseUrl };
        client.DefaultRequestHeaders.Authorization = gateway.Client.DefaultRequestHeaders.Authorization;
        var id = await gateway.OrderAsync();
        var link = (await gateway.FinishAsync(id)).Text("video_url");
        var path = $"/v1/videos/{id}/content";
        var file = await gateway.Client.GetByteArrayAsync(path, Cancellation);

        foreach (var asked in new[] { path + "?redirect=true", link + "&redirect=true" })
        {
            using var sent = await SendAsync(asked == path + "?redirect=true" ? client : plain, HttpMethod.Get, asked);
            Assert.Equal(302, (int)sent.StatusCode);
            Assert.True(sent.Headers.CacheControl!.NoStore);
            var location = sent.Headers.Location!;
            Assert.Equal(bucket.Settings.Endpoint!.Port, location.Port);
            Assert.DoesNotContain(SwiftServer.SecretKey, location.Query);
            var query = System.Web.HttpUtility.ParseQueryString(location.Query);
            Assert.InRange(int.Parse(query["X-Amz-Expires"]!), 100, 120);

            using var whole = await SendAsync(plain, HttpMethod.Get, location.AbsoluteUri);
            Assert.Equal((200, "video/mp4"), ((int)whole.StatusCode, whole.Content.Headers.ContentType!.ToString()));
            Assert.Equal(file, await whole.Content.ReadAsByteArrayAsync(Cancellation));
            Assert.Equal($"inline; filename={id}.mp4; filename*=UTF-8''{id}.mp4", whole.Content.Headers.GetValues("Content-Disposition").Single());
            Assert.True(whole.Headers.CacheControl!.Private);
            using var part = await SendAsync(plain, HttpMethod.Get, location.AbsoluteUri, (5, 9));
            Assert.Equal(206, (int)part.StatusCode);
            Assert.Equal(file[5..10], await part.Content.ReadAsByteArrayAsync(Cancellation));
            using var altered = await SendAsync(plain, HttpMethod.Get, location.AbsoluteUri.Replace("video%2Fmp4", "text%2Fhtml", StringComparison.Ordinal));
            Assert.Equal(403, (int)altered.StatusCode);
        }

        using var head = await SendAsync(client, HttpMethod.Head, path + "?redirect=true");
        using var followed = await SendAsync(plain, HttpMethod.Head, head.Headers.Location!.AbsoluteUri);
        Assert.Equal((200, file.Length), ((int)followed.StatusCode, followed.Content.Headers.ContentLength));
        foreach (var asked in new[] { path, path + "?redirect=false", path + "?redirect=" })
        {
            using var streamed = await SendAsync(client, HttpMethod.Get, asked);
            Assert.Equal(200, (int)streamed.StatusCode);
        }

        Assert.Equal("invalid_redirect", (await gateway.SendAsync(HttpMethod.Get, path + "?redirect=maybe")).Error(400).Text("code"));
        using var stranger = gateway.NewClient("sk-unknown");
        Assert.Equal(401, (await gateway.SendAsync(HttpMethod.Get, path + "?redirect=true", client: stranger)).Status);
    }

    [Fact]
    public async Task Where_files_are_in_a_folder_redirect_changes_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        using var answer = await gateway.Client.GetAsync($"/v1/videos/{id}/content?redirect=true", Cancellation);
        Assert.Equal((200, "video/mp4"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task What_is_past_its_period_leaves_the_bucket()
    {
        using var bucket = await (await SwiftServer.UseAsync()).NewBucketAsync();
        await using var gateway = await GatewayHost.StartAsync(bucket.Configuration);
        var (_, made) = await gateway.PostAsync("/v1/videos", Uploads.Form(("prompt", "a red boat"), ("input_reference", PngImage.Gradient(720, 1280))));
        await gateway.FinishAsync(made.Text("id"));
        Assert.Equal(2, (await bucket.ObjectsAsync()).Length);

        gateway.Database(connection => connection.Execute("UPDATE accounts SET inputs_retention_ms = 1 WHERE id = 'acct_sandbox'"));
        await gateway.Services.GetRequiredService<RetentionSweep>().SweepAsync(Cancellation);
        Assert.StartsWith(made.Text("id"), Assert.Single(await bucket.ObjectsAsync()));

        gateway.Database(connection => connection.Execute("UPDATE tasks SET expires_at = 1"));
        await gateway.Services.GetRequiredService<AssetJanitor>().CleanAsync(Cancellation);
        Assert.Empty(await bucket.ObjectsAsync());
    }

    [Fact]
    public async Task What_no_row_names_is_swept_out_of_the_bucket_after_a_day_and_nothing_else()
    {
        var clock = new MovedClock();
        using var bucket = await (await SwiftServer.UseAsync()).NewBucketAsync();
        await using var gateway = await GatewayHost.StartAsync(bucket.Configuration, services: services => services.AddSingleton<TimeProvider>(clock));
        await gateway.UploadAsync();
        var kept = Assert.Single(await bucket.ObjectsAsync());
        var store = gateway.Services.GetRequiredService<IAssetStore>();
        for (var number = 0; number < 7; number++) await store.WriteAsync($"inputs/stray{number}", new MemoryStream([1]), 1, Cancellation);
        await bucket.Client.InitiateMultipartUploadAsync(bucket.Name, bucket.Settings.Prefix + "files/file_half/x", Cancellation);
        var uploads = gateway.Services.GetRequiredService<UploadFolders>();
        await using var open = uploads.Begin("inputs");
        var writing = await open.SaveAsync(new MemoryStream([1]), 1, Cancellation);
        var sweep = gateway.Services.GetRequiredService<OrphanSweep>();

        Assert.Equal(0, await sweep.SweepAsync(Cancellation));
        clock.Ahead = TimeSpan.FromHours(25);
        Assert.Equal(8, await sweep.SweepAsync(Cancellation));

        Assert.Equal(new[] { kept, writing.Key }.Order(StringComparer.Ordinal), (await bucket.ObjectsAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(0, await bucket.UnfinishedCountAsync());
    }

    [Fact]
    public async Task An_outage_while_results_come_costs_none_of_them_and_the_server_stays_ready()
    {
        var log = new WholeLog();
        var swift = await SwiftServer.UseAsync();
        await using var way = new ClosableWay(swift.Port);
        using var bucket = await swift.NewBucketAsync(way.Port);
        await using var gateway = await GatewayHost.StartAsync(
            bucket.Configuration, services: services => services.AddLogging(builder => builder.AddProvider(log)));
        var done = await gateway.OrderAsync("done before");
        await gateway.FinishAsync(done);
        gateway.Sandbox.Speed.Factor = 0;
        var ids = new List<string>();
        for (var number = 0; number < 5; number++) ids.Add(await gateway.OrderAsync($"boat {number}"));
        foreach (var id in ids) await gateway.AdminUntilAsync(id, "submitted");
        way.Close();
        gateway.Sandbox.Speed.Factor = 1;
        var state = gateway.Services.GetRequiredService<AssetStoreState>();
        foreach (var id in ids) await gateway.AdminUntilAsync(id, "fetching");
        while (!state.IsAway) await GatewayHost.PauseAsync();

        var waiting = await gateway.OrderAsync("ordered meanwhile");
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/readyz")).Status);
        using (var form = Uploads.Form(("file", (Uploads.Png, "boat.png")), ("purpose", "vision")))
            Assert.Equal("store_unavailable", (await gateway.PostAsync("/v1/files", form)).Error(503).Text("code"));
        Assert.Equal("store_unavailable", (await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{done}/content")).Error(503).Text("code"));

        way.Open();
        foreach (var id in ids.Append(waiting)) Assert.Equal("completed", (await gateway.FinishAsync(id)).Text("status"));
        Assert.Equal(7, gateway.Sandbox.Submissions.Count);
        Assert.Equal(1, log.Lines.Count(line => line.Contains("The bucket cannot be used")));
        Assert.DoesNotContain(log.Lines, line => line.Contains("mistake of this program") || line.Contains("fetching the result failed"));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string url, (long From, long To)? range = null)
    {
        var request = new HttpRequestMessage(method, url);
        if (range is { } asked) request.Headers.Range = new RangeHeaderValue(asked.From, asked.To);
        return client.SendAsync(request, Cancellation);
    }
}
