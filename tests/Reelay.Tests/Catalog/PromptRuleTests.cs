using System.Text.Json;

namespace Reelay.Tests.Catalog;

public class PromptRuleTests
{
    [Theory]
    [InlineData("a", 1)]
    [InlineData("a", 32_000)]
    [InlineData("猫", 32_000)]
    [InlineData("😀", 32_000)]
    public async Task A_prompt_of_1_to_32000_code_points_is_kept_as_it_is(string text, int count)
    {
        var prompt = string.Concat(Enumerable.Repeat(text, count));
        Assert.Equal(prompt, (await Orders.AcceptAsync(JsonSerializer.Serialize(new { prompt }))).Prompt);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("猫")]
    [InlineData("😀")]
    public async Task A_prompt_of_32001_code_points_is_too_long(string text)
    {
        var prompt = string.Concat(Enumerable.Repeat(text, 32_001));
        var error = await Orders.RefuseAsync(JsonSerializer.Serialize(new { prompt }));
        Assert.Equal((400, "prompt_too_long", "prompt"), (error.Status, error.Code, error.Param));
        Assert.Contains("32,000", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"prompt":""}""")]
    [InlineData("""{"prompt":null}""")]
    [InlineData("""{"content":[]}""")]
    [InlineData("""{"content":[{"type":"text","text":""}]}""")]
    public async Task A_missing_prompt_is_required(string json)
    {
        var error = await Orders.RefuseAsync(json);
        Assert.Equal((400, "prompt_required", "prompt"), (error.Status, error.Code, error.Param));
    }

    [Theory]
    [InlineData("""{"prompt":7}""")]
    [InlineData("""{"prompt":["x"]}""")]
    [InlineData("""{"prompt":{"text":"x"}}""")]
    [InlineData("""{"prompt":true}""")]
    [InlineData("""{"content":7}""")]
    [InlineData("""{"content":["x"]}""")]
    [InlineData("""{"content":[{"type":"text"}]}""")]
    public async Task A_prompt_of_another_type_is_refused(string json) => Assert.Equal("invalid_type", (await Orders.RefuseAsync(json)).Code);

    [Theory]
    [InlineData("""{"content":[{"type":"text","text":"x"}]}""")]
    [InlineData("""{"content":"x"}""")]
    [InlineData("""{"prompt":"x","content":[{"type":"text","text":"x"}]}""")]
    [InlineData("""{"content":[{"type":"text","text":"x"},{"type":"text","text":"x"}]}""")]
    [InlineData("""{"metadata":{"prompt":"x"}}""")]
    public async Task Text_of_content_is_the_prompt_and_equal_texts_merge(string json) => Assert.Equal("x", (await Orders.AcceptAsync(json)).Prompt);

    [Theory]
    [InlineData("""{"prompt":"x","content":[{"type":"text","text":"y"}]}""")]
    [InlineData("""{"content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}""")]
    [InlineData("""{"prompt":"x","parameters":{"prompt":"y"}}""")]
    public async Task Different_texts_conflict(string json) => Assert.Equal("conflicting_parameters", (await Orders.RefuseAsync(json)).Code);

    [Fact]
    public async Task A_first_frame_may_come_as_an_item_of_content()
    {
        var order = await Orders.AcceptAsync(
            """{"content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=="},"role":"first_frame"}]}""");
        Assert.Equal("i2v", order.Mode);
    }

    [Theory]
    [InlineData("""{"prompt":"x","content":[{"type":"video_url","video_url":{"url":"https://example.com/a.mp4"},"role":"first_frame"}]}""")]
    [InlineData("""{"prompt":"x","content":[{"type":"image_url","image_url":{"url":"data:,"},"role":"last_frame"}]}""")]
    [InlineData("""{"prompt":"x","content":[{"a":1}]}""")]
    public async Task Other_items_of_content_are_refused(string json) => Assert.Equal("unsupported_parameter", (await Orders.RefuseAsync(json)).Code);
}
