using System.Text;
using System.Text.Json;
using Reelay.Server.Api.Reading;

namespace Reelay.Tests.Reading;

public class EncodingTests
{
    private const string OnePart = "--X\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n--X--\r\n";

    [Theory]
    [InlineData("application/json", """{"prompt":"x"}""")]
    [InlineData("application/json; charset=utf-8", """{"prompt":"x"}""")]
    [InlineData("APPLICATION/JSON", """ {"prompt":"x"} """)]
    [InlineData("application/vnd.api+json", """{"prompt":"x"}""")]
    [InlineData("text/json", """{"prompt":"x"}""")]
    [InlineData(null, """{"prompt":"x"}""")]
    [InlineData("", """{"prompt":"x"}""")]
    [InlineData("application/x-www-form-urlencoded", """{"prompt":"x"}""")]
    [InlineData("application/json", "\uFEFF{\"prompt\":\"x\"}")]
    [InlineData("multipart/form-data; boundary=X", OnePart)]
    [InlineData("multipart/form-data; boundary=\"X\"", OnePart)]
    [InlineData("multipart/form-data", OnePart)]
    [InlineData("application/json; boundary=X", OnePart)]
    [InlineData("application/json", OnePart)]
    [InlineData("text/plain", OnePart)]
    [InlineData(null, OnePart)]
    [InlineData("multipart/mixed; boundary=X", "\r\n" + OnePart)]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nContent-Disposition: attachment; name=\"prompt\"\r\n\r\nx\r\n--X--")]
    [InlineData("multipart/form-data; boundary=X", "--X\r\nContent-Disposition: form-data; name=prompt\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx\r\n--X--\r\n")]
    [InlineData("application/x-www-form-urlencoded", "prompt=x")]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8", "&prompt=%78&")]
    public async Task A_prompt_is_read_from_every_encoding(string? contentType, string body)
    {
        var result = await Bodies.ReadAsync(contentType, body);

        Assert.Null(result.Error);
        using var fields = result.Value!;
        var field = Assert.Single(fields.Fields);
        Assert.Equal("prompt", field.Name);
        Assert.Equal("x", field.Value.GetString());
    }

    [Theory]
    [InlineData("a b+c & d=é 猫 100%")]
    [InlineData("line one\r\nline two")]
    [InlineData("\"quoted\" \\ back")]
    public async Task Text_survives_every_encoding(string text)
    {
        var json = JsonSerializer.Serialize(new { prompt = text });
        foreach (var (type, body) in AllEncodings(json))
        {
            using var fields = (await Bodies.ReadAsync(type, body)).Value!;
            Assert.True(fields.TryGet("prompt", out var prompt));
            Assert.Equal(text, prompt.GetString());
        }
    }

    [Theory]
    [InlineData("100% wool", "100% wool")]
    [InlineData("a%2", "a%2")]
    [InlineData("a%zzb", "a%zzb")]
    [InlineData("a+b%2Bc", "a b+c")]
    [InlineData("", "")]
    public async Task A_broken_escape_stands_for_itself(string sent, string expected)
    {
        using var fields = (await Bodies.ReadAsync(Bodies.UrlEncoded, $"prompt={sent}")).Value!;
        Assert.True(fields.TryGet("prompt", out var prompt));
        Assert.Equal(expected, prompt.GetString());
    }

    [Theory]
    [InlineData("a[b]=1", """{"a":{"b":"1"}}""")]
    [InlineData("provider[opts][a]=1", """{"provider":{"opts":{"a":"1"}}}""")]
    [InlineData("tags[]=a&tags[]=b", """{"tags":["a","b"]}""")]
    [InlineData("tags[]=a&tags[]=a", """{"tags":["a","a"]}""")]
    [InlineData("tags[0]=a&tags[1]=b", """{"tags":["a","b"]}""")]
    [InlineData("tags[1]=a&tags[0]=b", """{"tags":["b","a"]}""")]
    [InlineData("tags[1]=a", """{"tags":{"1":"a"}}""")]
    [InlineData("refs[][file_id]=f1&refs[][file_id]=f2", """{"refs":[{"file_id":"f1"},{"file_id":"f2"}]}""")]
    [InlineData("refs[][a]=1&refs[][b]=2&refs[][a]=3&refs[][b]=4", """{"refs":[{"a":"1","b":"2"},{"a":"3","b":"4"}]}""")]
    [InlineData("refs[][a]=1&refs[][a]=3&refs[][b]=2", """{"refs":[{"a":"1"},{"a":"3","b":"2"}]}""")]
    [InlineData("c[][type]=text&c[][text]=x&c[][type]=url&c[][url][href]=y", """{"c":[{"type":"text","text":"x"},{"type":"url","url":{"href":"y"}}]}""")]
    [InlineData("c[][tags][]=1&c[][tags][]=2&c[][name]=n&c[][name]=m", """{"c":[{"tags":["1","2"],"name":"n"},{"name":"m"}]}""")]
    [InlineData("input_reference[image_url]=u", """{"input_reference":{"image_url":"u"}}""")]
    [InlineData("a[b=1", """{"a[b":"1"}""")]
    [InlineData("a]b=1", """{"a]b":"1"}""")]
    [InlineData("[a]=1", """{"[a]":"1"}""")]
    [InlineData("a=1&a=1", """{"a":"1"}""")]
    [InlineData("a=1&a=2", """{"a":["1","2"]}""")]
    [InlineData("a", """{"a":""}""")]
    public async Task Bracketed_names_make_objects_and_lists(string body, string expected)
    {
        using var fields = (await Bodies.ReadAsync(Bodies.UrlEncoded, body)).Value!;

        Assert.Equal(expected, ToJson(fields));
        var pairs = body.Split('&').Select(pair => pair.Split('=')).Select(pair => Bodies.Part(pair[0], pair.Length > 1 ? pair[1] : ""));
        using var multipart = (await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts([.. pairs]))).Value!;
        Assert.Equal(expected, ToJson(multipart));
    }

    [Fact]
    public async Task A_plain_name_sent_twice_with_different_values_is_marked_as_repeated()
    {
        using var fields = (await Bodies.ReadAsync(Bodies.UrlEncoded, "a=1&a=2&b=1&b=1")).Value!;
        Assert.Equal([true, false], fields.Fields.Select(field => field.IsRepeated));
    }

    [Fact]
    public async Task Equal_duplicate_keys_are_no_conflict()
    {
        using var fields = (await Bodies.ReadAsync(Bodies.Json, """{"prompt":"x","prompt":"x","m":{"a":[1],"a":[1.0]}}""")).Value!;
        Assert.True(fields.TryGet("prompt", out var prompt));
        Assert.Equal("x", prompt.GetString());
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_read_whole()
    {
        foreach (var (type, body) in AllEncodings("""{"prompt":"a cat 猫","seconds":8}"""))
        {
            var request = Bodies.Request(type, []);
            request.Body = new SlowStream(body);
            using var fields = (await RequestReader.ReadAsync(request, new MemorySink(), ReadingLimits.Default, TestContext.Current.CancellationToken)).Value!;
            Assert.Equal(["prompt", "seconds"], fields.Fields.Select(field => field.Name));
        }
    }

    [Fact]
    public async Task The_server_limit_is_raised_where_it_still_can_be()
    {
        var request = Bodies.Request(Bodies.Json, "{}"u8.ToArray());
        var feature = new BodySizeFeature();
        request.HttpContext.Features.Set<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>(feature);

        await RequestReader.ReadAsync(request, new MemorySink(), ReadingLimits.Default, TestContext.Current.CancellationToken);

        Assert.True(feature.MaxRequestBodySize >= ReadingLimits.Default.MaxMultipartBytes);
    }

    private static IEnumerable<(string Type, byte[] Body)> AllEncodings(string json) =>
    [
        (Bodies.Json, Encoding.UTF8.GetBytes(json)),
        (Bodies.Multipart, Bodies.ToMultipart(json)),
        (Bodies.UrlEncoded, Bodies.ToUrlEncoded(json)),
    ];

    private static string ToJson(RequestFields fields) =>
        "{" + string.Join(',', fields.Fields.Select(field => $"\"{field.Name}\":{field.Value.GetRawText()}")) + "}";

    private sealed class BodySizeFeature : Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => false;

        public long? MaxRequestBodySize { get; set; } = 30_000_000;
    }
}
