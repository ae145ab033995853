using System.Text.Json.Nodes;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Catalog;

public class KeptFieldTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[true,null,"x"],"c":{"d":1.50}}""")]
    [InlineData("""{"url":"https://example.com","note":"猫 😀"}""")]
    [InlineData("""{"a":12345678901234567890123}""")]
    public async Task Metadata_is_kept_as_sent(string metadata)
    {
        var order = await Orders.AcceptAsync($$"""{"prompt":"x","metadata":{{metadata}}}""");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(metadata), order.Metadata));
        Assert.Empty(order.Warnings);
    }

    [Fact]
    public async Task Metadata_as_json_text_is_an_object()
    {
        var order = await Orders.AcceptAsync("""{"prompt":"x","metadata":"{\"a\":1}"}""");
        Assert.Equal("""{"a":1}""", order.Metadata!.ToJsonString());
    }

    [Fact]
    public async Task Equal_duplicate_keys_in_metadata_are_kept_once() =>
        Assert.Equal("""{"a":1}""", (await Orders.AcceptAsync("""{"prompt":"x","metadata":{"a":1,"a":1}}""")).Metadata!.ToJsonString());

    [Theory]
    [InlineData("""{"metadata":{"model":"sora-2"}}""", "metadata.model")]
    [InlineData("""{"metadata":"{\"model\":\"sora-2\"}"}""", "metadata.model")]
    [InlineData("""{"extra_body":{"metadata":{"model":"sora-2"}}}""", "extra_body.metadata.model")]
    public async Task A_model_in_metadata_is_refused(string json, string param)
    {
        var error = await Orders.RefuseAsync("{\"prompt\":\"x\"," + json[1..]);
        Assert.Equal(("unsupported_parameter", param), (error.Code, error.Param));
    }

    [Theory]
    [InlineData(65_000, null)]
    [InlineData(65_537, "metadata_too_large")]
    public async Task Metadata_has_at_most_64_KiB(int length, string? code)
    {
        var result = await Orders.ReadAsync("{\"prompt\":\"x\",\"metadata\":{\"a\":\"" + new string('a', length) + "\"}}");
        Assert.Equal(code, result.Error?.Code);
    }

    [Fact]
    public async Task Two_metadata_that_differ_conflict() =>
        Assert.Equal("conflicting_parameters", (await Orders.RefuseAsync("""{"prompt":"x","metadata":{"a":1},"extra_body":{"metadata":{"a":2}}}""")).Code);

    [Theory]
    [InlineData("\"abc\"", "abc")]
    [InlineData("17", "17")]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    public async Task The_callers_own_id_is_kept(string value, string? expected)
    {
        var order = await Orders.AcceptAsync($$"""{"prompt":"x","external_task_id":{{value}}}""");
        Assert.Equal(expected, order.ExternalTaskId);
        Assert.Empty(order.Warnings);
    }

    [Fact]
    public async Task An_id_of_more_than_512_characters_is_refused() =>
        Assert.Equal("external_task_id", (await Orders.RefuseAsync($$"""{"prompt":"x","external_task_id":"{{new string('a', 513)}}"}""")).Param);

    [Fact]
    public async Task A_form_field_sent_twice_with_different_values_conflicts()
    {
        foreach (var name in new[] { "prompt", "seconds", "seed", "unknown", "metadata" })
        {
            var body = Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.Part(name, "1"), Bodies.Part(name, "2"));
            Assert.Equal(("conflicting_parameters", name), ((await Orders.ReadAsync(Bodies.Multipart, body)).Error!.Code, (await Orders.ReadAsync(Bodies.Multipart, body)).Error!.Param));
        }
    }
}
