using System.Net.Http.Headers;
using System.Text.Json;
using Reelay.Server.Assets;
using Reelay.Server.Files;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>Uploads from the form to the deleted bytes.</summary>
public sealed class FileApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_uploaded_read_served_and_deleted_with_its_bytes()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var file = await gateway.UploadAsync(name: "my boat.png");
        var id = file.Text("id");
        Assert.Matches("^file_[0-9a-z]{26}$", id);
        Assert.Equal(("file", "my boat.png", "vision", "processed", "image/png"), (
            file.Text("object"), file.Text("filename"), file.Text("purpose"), file.Text("status"), file.Text("content_type")));
        Assert.Equal(Uploads.Png.Length, file.GetProperty("bytes").GetInt64());
        Assert.False(file.TryGetProperty("expires_at", out _));
        var read = await gateway.SendAsync(HttpMethod.Get, "/v1/files/" + id);
        Assert.Equal((200, file.GetRawText()), (read.Status, read.Body.GetRawText()));
        Assert.Equal(Uploads.Png, await gateway.Client.GetByteArrayAsync($"/v1/files/{id}/content", Cancellation));

        var deleted = await gateway.SendAsync(HttpMethod.Delete, "/v1/files/" + id);
        Assert.Equal((200, $$"""{"id":"{{id}}","deleted":true,"object":"file"}"""), (deleted.Status, deleted.Body.GetRawText()));
        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/content"), ("DELETE", "") })
        {
            var gone = await gateway.SendAsync(new HttpMethod(method), $"/v1/files/{id}{path}");
            Assert.Equal("file_not_found", gone.Error(404).Text("code"));
        }

        while (gateway.Stored("files").Length > 0) await GatewayHost.PauseAsync();
        while (Count(gateway) > 0) await GatewayHost.PauseAsync();
    }

    [Fact]
    public async Task Content_takes_ranges_conditions_and_heads()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var url = $"/v1/files/{(await gateway.UploadAsync(name: "böat.png")).Text("id")}/content";
        using var head = await gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, url), Cancellation);
        Assert.Equal((200, Uploads.Png.Length, "image/png"), ((int)head.StatusCode, head.Content.Headers.ContentLength, head.Content.Headers.ContentType!.MediaType));
        Assert.Equal("böat.png", head.Content.Headers.ContentDisposition!.FileNameStar);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(1, 3) } };
        using var part = await gateway.Client.SendAsync(request, Cancellation);
        Assert.Equal(206, (int)part.StatusCode);
        Assert.Equal("PNG"u8.ToArray(), await part.Content.ReadAsByteArrayAsync(Cancellation));
        using var known = new HttpRequestMessage(HttpMethod.Get, url);
        known.Headers.IfNoneMatch.Add(head.Headers.ETag!);
        using var same = await gateway.Client.SendAsync(known, Cancellation);
        Assert.Equal(304, (int)same.StatusCode);
    }

    [Theory]
    [InlineData("a.txt", "image/png")]
    [InlineData("C:\\pictures\\a.png", "image/png")]
    [InlineData("/home/somebody/a.png", "image/png")]
    public async Task What_the_bytes_are_counts_and_of_the_name_its_last_part(string name, string contentType)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var file = await gateway.UploadAsync(name: name, purpose: "user_data");
        Assert.Equal((contentType, name.Split('/', '\\')[^1]), (file.Text("content_type"), file.Text("filename")));
    }

    [Fact]
    public async Task A_name_cannot_break_a_line_and_a_missing_one_is_made_up()
    {
        Assert.Equal("a__Set-Cookie_ x.png", FileNames.Clean("a\r\nSet-Cookie\t x.png", "image/png"));
        Assert.Equal("file.jpg", FileNames.Clean("  ", "image/jpeg"));
        Assert.Equal(254, FileNames.Clean(new string('a', 254) + "😀", "image/png").Length);
        await using var gateway = await GatewayHost.StartAsync();
        using var form = Uploads.Form(("purpose", "vision"));
        var part = new ByteArrayContent(Uploads.Png);
        part.Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=file; filename*=utf-8''x%0D%0AEvil%3A1.png");
        form.Add(part);
        var (status, file) = await gateway.PostAsync("/v1/files", form);
        Assert.Equal((200, "x__Evil:1.png"), (status, file.Text("filename")));
        using var served = await gateway.Client.GetAsync($"/v1/files/{file.Text("id")}/content", Cancellation);
        Assert.False(served.Headers.Contains("Evil"));
    }

    [Theory]
    [InlineData("bracketed")]
    [InlineData("json")]
    public async Task A_file_may_have_a_time_to_live(string spelling)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var form = spelling == "json"
            ? Uploads.Form(("expires_after", """{"anchor":"created_at","seconds":3600}"""), ("file", Uploads.Png), ("purpose", "vision"))
            : Uploads.Form(("expires_after[seconds]", "3600"), ("purpose", "vision"), ("file", Uploads.Png), ("expires_after[anchor]", "created_at"));
        var (status, file) = await gateway.PostAsync("/v1/files", form);
        Assert.Equal(200, status);
        Assert.Equal(file.GetProperty("created_at").GetInt64() + 3600, file.GetProperty("expires_at").GetInt64());

        // Past its time it is as if it had never been, though nobody has cleaned up yet.
        gateway.Database(connection => connection.Execute("UPDATE files SET expires_at = 1"));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/files/" + file.Text("id"))).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/v1/files/" + file.Text("id"))).Status);
        Assert.Empty((await gateway.SendAsync(HttpMethod.Get, "/v1/files")).Body.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Another_accounts_file_is_answered_like_one_that_never_was()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var id = (await gateway.UploadAsync()).Text("id");
        var unknown = string.Concat(id[..^1], id[^1] == '0' ? "1" : "0");
        using var other = gateway.NewClient(gateway.AdminKey);
        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/content"), ("DELETE", "") })
        {
            var theirs = (await gateway.SendAsync(new HttpMethod(method), $"/v1/files/{id}{path}", client: other)).Error(404);
            var none = (await gateway.SendAsync(new HttpMethod(method), $"/v1/files/{unknown}{path}", client: other)).Error(404);
            Assert.Equal(none.GetRawText().Replace(unknown, id), theirs.GetRawText());
        }

        Assert.Empty((await gateway.SendAsync(HttpMethod.Get, "/v1/files", client: other)).Body.GetProperty("data").EnumerateArray());
        var lookup = (IFileLookup)gateway.Services.GetService(typeof(IFileLookup))!;
        Assert.Null(await lookup.FindAsync("acct_admin", id, Cancellation));
        var found = await lookup.FindAsync("acct_sandbox", id, Cancellation);
        Assert.Equal(("image/png", Uploads.Png.Length), (found!.ContentType, found.SizeBytes));
        await using var bytes = await ((IAssetStore)gateway.Services.GetService(typeof(IAssetStore))!).OpenAsync(found.Key, Cancellation);
        Assert.Equal(Uploads.Png.Length, bytes!.LengthBytes);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/files/" + id)).Status);
    }

    [Fact]
    public async Task A_list_goes_in_both_directions_page_by_page_and_behind_a_deleted_file()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var ids = new List<string>();
        for (var n = 0; n < 5; n++) ids.Add((await gateway.UploadAsync(purpose: n == 3 ? "user_data" : "vision")).Text("id"));
        Assert.Equal(ids.AsEnumerable().Reverse(), Ids(await ListAsync(gateway, "")));
        var first = await ListAsync(gateway, "?limit=2&order=asc");
        Assert.Equal((ids[0], ids[1], true), (first.Text("first_id"), first.Text("last_id"), first.GetProperty("has_more").GetBoolean()));
        await gateway.SendAsync(HttpMethod.Delete, "/v1/files/" + ids[1]);
        var second = await ListAsync(gateway, "?limit=3&order=asc&after=" + ids[1]);
        Assert.Equal(ids[2..], Ids(second));
        Assert.False(second.GetProperty("has_more").GetBoolean());
        Assert.Equal([ids[3]], Ids(await ListAsync(gateway, "?purpose=user_data")));
        Assert.Empty(Ids(await ListAsync(gateway, "?purpose=batch")));
        var none = await ListAsync(gateway, "?limit=0");
        Assert.Equal(("list", false), (none.Text("object"), none.GetProperty("has_more").GetBoolean()));
        foreach (var (query, code) in new[] { ("limit=1001", "invalid_limit"), ("limit=x", "invalid_limit"), ("order=up", "invalid_order"), ("after=task_1", "invalid_after") })
        {
            Assert.Equal(code, (await gateway.SendAsync(HttpMethod.Get, "/v1/files?" + query)).Error(400).Text("code"));
        }
    }

    [Fact]
    public async Task What_was_deleted_before_a_crash_is_cleaned_up_by_the_next_server()
    {
        using var folder = new TemporaryFolder();
        string kept;
        await using (var gateway = await GatewayHost.StartAsync(folder: folder.Path))
        {
            kept = (await gateway.UploadAsync()).Text("id");
            await gateway.UploadAsync();
            gateway.Database(connection => connection.Execute("UPDATE files SET deleted_at = 1 WHERE id <> @id", null, ("@id", kept)));
        }

        await using var next = await GatewayHost.StartAsync(folder: folder.Path);
        while (Count(next) > 1) await GatewayHost.PauseAsync();
        Assert.Equal(2, next.Stored("files").Length);
        Assert.Equal(Uploads.Png, await next.Client.GetByteArrayAsync($"/v1/files/{kept}/content", Cancellation));
    }

    private static long Count(GatewayHost gateway) => gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM files"));

    private static async Task<JsonElement> ListAsync(GatewayHost gateway, string query)
    {
        var (status, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/files" + query);
        Assert.Equal(200, status);
        return page;
    }

    private static List<string> Ids(JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(file => file.Text("id"))];
}
