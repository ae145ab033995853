using System.Net.Http.Headers;
using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>The file of a finished task over HTTP.</summary>
public sealed class ContentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_the_end_there_is_no_content_and_after_a_failure_the_tasks_own_code()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var running = await gateway.OrderAsync("[stuck]");
        var failed = await gateway.OrderAsync("[fail:content_policy]");
        await gateway.FinishAsync(failed);

        Assert.Equal((400, "video_not_ready"), await ErrorAsync(gateway, $"/v1/videos/{running}/content"));
        Assert.Equal((400, "content_policy_violation"), await ErrorAsync(gateway, $"/v1/videos/{failed}/content"));
    }

    [Fact]
    public async Task Ranges_conditions_and_heads_are_answered_as_the_standard_says()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        var url = $"/v1/videos/{id}/content";
        var file = await gateway.Client.GetByteArrayAsync(url, Cancellation);

        using var head = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, url), Cancellation);
        Assert.Equal((200, file.Length, "video/mp4"), ((int)head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType!.MediaType));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.True(head.Headers.CacheControl!.Private);
        var tag = head.Headers.ETag!;

        using var tail = await SendAsync(gateway, url, request => request.Headers.Range = new RangeHeaderValue(null, 5));
        Assert.Equal(206, (int)tail.StatusCode);
        Assert.Equal(file[^5..], await tail.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal($"bytes {file.Length - 5}-{file.Length - 1}/{file.Length}", tail.Content.Headers.ContentRange!.ToString());

        using var beyond = await SendAsync(gateway, url, request => request.Headers.Range = new RangeHeaderValue(file.Length, null));
        Assert.Equal(416, (int)beyond.StatusCode);
        Assert.Equal($"bytes */{file.Length}", beyond.Content.Headers.ContentRange!.ToString());
        using var error = JsonDocument.Parse(await beyond.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("range_not_satisfiable", error.RootElement.GetProperty("error").GetProperty("code").GetString());

        using var same = await SendAsync(gateway, url, request => (request.Headers.Range, request.Headers.IfRange) = (new(0, 3), new(tag)));
        Assert.Equal(206, (int)same.StatusCode);
        using var changed = await SendAsync(gateway, url, request => (request.Headers.Range, request.Headers.IfRange) = (new(0, 3), new("\"other\"")));
        Assert.Equal(200, (int)changed.StatusCode);
        using var known = await SendAsync(gateway, url, request => request.Headers.IfNoneMatch.Add(tag));
        Assert.Equal(304, (int)known.StatusCode);
        using var odd = await SendAsync(gateway, url, request => request.Headers.TryAddWithoutValidation("Accept", "application/binary"));
        Assert.Equal(200, (int)odd.StatusCode);

        Assert.Equal((400, "invalid_variant"), await ErrorAsync(gateway, url + "?variant=poster"));
    }

    [Fact]
    public async Task After_a_delete_the_content_is_gone_at_once_and_the_file_soon()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        var folder = Path.Combine(gateway.Folder, "assets", id);
        Assert.True(Directory.Exists(folder));

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);

        Assert.Equal((404, "video_not_found"), await ErrorAsync(gateway, $"/v1/videos/{id}/content"));
        while (Directory.Exists(folder)) await GatewayHost.PauseAsync();
        Assert.Equal(1, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM tasks")));
    }

    [Fact]
    public async Task A_task_deleted_while_it_runs_is_hidden_at_once_and_its_file_goes_when_it_comes()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status);
        while (!(await gateway.AdminTaskAsync(id)).GetProperty("timeline").GetRawText().Contains("files_removed")) await GatewayHost.PauseAsync();
        Assert.False(Directory.Exists(Path.Combine(gateway.Folder, "assets", id)));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status);
    }

    [Fact]
    public async Task Past_its_time_the_file_is_expired_and_the_task_stays()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = await gateway.OrderAsync();
        var video = await gateway.FinishAsync(id);
        Assert.Equal(video.GetProperty("completed_at").GetInt64() + (30 * 86_400), video.GetProperty("expires_at").GetInt64(), 1.0);

        // Read once more by a server that has not seen it yet.
        var other = await gateway.OrderAsync("another");
        await gateway.AdminUntilAsync(other, "completed");
        gateway.Database(connection => connection.Execute("UPDATE tasks SET expires_at = 1 WHERE id = @id", null, ("@id", other)));
        Assert.Equal((404, "asset_expired"), await ErrorAsync(gateway, $"/v1/videos/{other}/content"));
        Assert.Equal("completed", (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + other)).Body.GetProperty("status").GetString());
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayHost gateway, string url, Action<HttpRequestMessage> change)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        change(request);
        return await gateway.Client.SendAsync(request, Cancellation);
    }

    private static async Task<(int Status, string? Code)> ErrorAsync(GatewayHost gateway, string url)
    {
        var (status, body) = await gateway.SendAsync(HttpMethod.Get, url);
        return (status, body.GetProperty("error").GetProperty("code").GetString());
    }
}
