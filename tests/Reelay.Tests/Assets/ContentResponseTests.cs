using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Reelay.Tests.Assets;

public sealed class ContentResponseTests
{
    private const string Stored = "Sun, 01 Mar 2026 12:00:00 GMT";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_sends_the_whole_file_with_everything_a_player_and_a_cache_need()
    {
        await using var server = await ContentServer.StartAsync(Bytes(1_000_003));

        using var response = await server.SendAsync(HttpMethod.Get, ("Accept", "image/png"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(server.Bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(server.Bytes.Length, response.Content.Headers.ContentLength);
        Assert.Equal("video/mp4", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(server.Tag, response.Headers.ETag?.ToString());
        Assert.Equal(Stored, Header(response, HeaderNames.LastModified));
        Assert.Equal("bytes", Header(response, HeaderNames.AcceptRanges));
        Assert.EndsWith("sandbox", Header(response, HeaderNames.ContentSecurityPolicy));
        Assert.True(response.Headers.CacheControl is { Private: true, MaxAge.TotalSeconds: > 0 });
        var disposition = "inline; filename=\"clip _.mp4\"; filename*=UTF-8''clip%20%C3%BC.mp4";
        Assert.Equal(disposition, Header(response, HeaderNames.ContentDisposition));
        Assert.False(response.Headers.Contains(HeaderNames.TransferEncoding));
    }

    [Fact]
    public async Task Head_tells_the_same_without_a_body_and_knows_no_ranges()
    {
        await using var server = await ContentServer.StartAsync(Bytes(1_000));

        using var response = await server.SendAsync(HttpMethod.Head, ("Range", "bytes=0-9"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1_000, response.Content.Headers.ContentLength);
        Assert.Equal(server.Tag, response.Headers.ETag?.ToString());
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task An_empty_file_is_an_empty_answer()
    {
        await using var server = await ContentServer.StartAsync([]);

        using var response = await server.SendAsync(HttpMethod.Get);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("bytes=0-1", 0, 2)]
    [InlineData("bytes=300000-699999", 300_000, 400_000)]
    [InlineData("bytes=999999-", 999_999, 4)]
    [InlineData("bytes=-10", 999_993, 10)]
    public async Task A_range_gives_exactly_its_bytes(string range, int start, int length)
    {
        await using var server = await ContentServer.StartAsync(Bytes(1_000_003));

        using var response = await server.SendAsync(HttpMethod.Get, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {start}-{start + length - 1}/1000003", Header(response, HeaderNames.ContentRange));
        Assert.Equal(length, response.Content.Headers.ContentLength);
        Assert.Equal(server.Bytes.AsSpan(start, length).ToArray(), await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("bytes=0-1,4-5")]
    [InlineData("items=0-1")]
    [InlineData("bytes=9-1")]
    public async Task Ranges_that_we_do_not_serve_give_the_whole_file(string range)
    {
        await using var server = await ContentServer.StartAsync(Bytes(1_000));

        using var response = await server.SendAsync(HttpMethod.Get, ("Range", range));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1_000, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_range_behind_the_end_is_refused_with_the_size()
    {
        await using var server = await ContentServer.StartAsync(Bytes(1_000));

        using var response = await server.SendAsync(HttpMethod.Get, ("Range", "bytes=1000-"));

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, response.StatusCode);
        Assert.Equal("bytes */1000", Header(response, HeaderNames.ContentRange));
        Assert.Null(response.Headers.ETag);
        var error = await server.FirstOutcome.Task;
        Assert.Equal("range_not_satisfiable", error!.Code);
        Assert.Equal("Range", error.Param);
    }

    [Theory]
    [InlineData("tag", true)]
    [InlineData(Stored, true)]
    [InlineData("weak", false)]
    [InlineData("\"other\"", false)]
    [InlineData("Sun, 01 Mar 2026 12:00:01 GMT", false)]
    [InlineData("Sun, 01 Mar 2026 11:59:59 GMT", false)]
    [InlineData("nonsense", false)]
    public async Task If_Range_gives_the_part_only_of_exactly_this_file(string condition, bool isPart)
    {
        await using var server = await ContentServer.StartAsync(Bytes(1_000));
        var value = condition switch { "tag" => server.Tag, "weak" => "W/" + server.Tag, _ => condition };

        using var response = await server.SendAsync(HttpMethod.Get, ("Range", "bytes=10-19"), ("If-Range", value));

        Assert.Equal(isPart ? HttpStatusCode.PartialContent : HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(isPart ? 10 : 1_000, response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("If-None-Match", "tag", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "weak", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "*", HttpStatusCode.NotModified)]
    [InlineData("If-None-Match", "\"other\"", HttpStatusCode.OK)]
    [InlineData("If-Modified-Since", Stored, HttpStatusCode.NotModified)]
    [InlineData("If-Modified-Since", "Sun, 01 Mar 2026 11:59:59 GMT", HttpStatusCode.OK)]
    [InlineData("If-Modified-Since", "yesterday", HttpStatusCode.OK)]
    [InlineData("If-Match", "tag", HttpStatusCode.OK)]
    [InlineData("If-Match", "*", HttpStatusCode.OK)]
    [InlineData("If-Match", "weak", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Match", "\"other\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("If-Unmodified-Since", Stored, HttpStatusCode.OK)]
    [InlineData("If-Unmodified-Since", "Sun, 01 Mar 2026 11:59:59 GMT", HttpStatusCode.PreconditionFailed)]
    public async Task Conditions_are_honoured_for_get_and_head(string header, string condition, HttpStatusCode status)
    {
        await using var server = await ContentServer.StartAsync(Bytes(100));
        var value = condition switch { "tag" => $"\"a\", {server.Tag}", "weak" => "W/" + server.Tag, _ => condition };

        using var get = await server.SendAsync(HttpMethod.Get, (header, value));
        using var head = await server.SendAsync(HttpMethod.Head, (header, value));

        Assert.Equal((status, status), (get.StatusCode, head.StatusCode));
        if (status == HttpStatusCode.NotModified) Assert.Equal(server.Tag, get.Headers.ETag?.ToString());
    }

    [Fact]
    public async Task A_tag_that_differs_counts_more_than_a_date_that_agrees()
    {
        await using var server = await ContentServer.StartAsync(Bytes(100));

        using var response = await server.SendAsync(HttpMethod.Get, ("If-None-Match", "\"other\""), ("If-Modified-Since", Stored));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_file_that_turns_out_shorter_breaks_the_connection()
    {
        var bytes = Bytes(1_000_000);
        await using var server = await ContentServer.StartAsync(bytes, new MemoryAsset(bytes[..600_000], bytes.Length));

        await Assert.ThrowsAsync<HttpRequestException>(async () =>
        {
            using var response = await server.SendAsync(HttpMethod.Get);
            await response.Content.ReadAsByteArrayAsync(Cancellation);
        });
    }

    [Fact]
    public async Task A_file_that_turns_out_longer_sends_no_more_than_announced()
    {
        var bytes = Bytes(600_000);
        await using var server = await ContentServer.StartAsync(bytes, new MemoryAsset([.. bytes, .. Bytes(600_000)]));

        using var response = await server.SendAsync(HttpMethod.Get);

        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_sending_quietly()
    {
        await using var server = await ContentServer.StartAsync(Bytes(50_000_000));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Url.Port, Cancellation);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Cancellation);
            await client.GetStream().ReadExactlyAsync(new byte[1_000], Cancellation);
            client.Client.LingerState = new LingerOption(true, 0);
        }

        Assert.Null(await server.FirstOutcome.Task.WaitAsync(Cancellation));
    }

    private static byte[] Bytes(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        return bytes;
    }

    private static string Header(HttpResponseMessage response, string name) =>
        string.Join(", ", response.Headers.TryGetValues(name, out var values) ? values : response.Content.Headers.GetValues(name));
}
