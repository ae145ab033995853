using Reelay.Server.Catalog.Orders;

namespace Reelay.Tests.Catalog;

public class ThreeClassesTests
{
    [Theory]
    [InlineData("n", "2")]
    [InlineData("n", "\"4\"")]
    [InlineData("mode", "\"i2v_first_last\"")]
    [InlineData("mode", "\"reference_images\"")]
    [InlineData("mode", "\"r2v\"")]
    [InlineData("mode", "\"pro\"")]
    [InlineData("mode", "\"nonsense\"")]
    [InlineData("quality", "\"std\"")]
    [InlineData("response_format", "\"b64_json\"")]
    [InlineData("audio", "false")]
    [InlineData("sound", "\"off\"")]
    [InlineData("generate_audio", "\"false\"")]
    [InlineData("end_image_url", "\"data:image/png;base64,iVBORw0KGgo=\"")]
    [InlineData("image_tail", "\"iVBORw0KGgo=\"")]
    [InlineData("camera_control", "{\"type\":\"pan\"}")]
    [InlineData("function_mode", "\"first_last_frames\"")]
    [InlineData("first_last_frame", "true")]
    [InlineData("model_name", "\"kling-v9\"")]
    [InlineData("num_frames", "81")]
    [InlineData("stream", "true")]
    [InlineData("callback_url", "\"https://example.com/hook\"")]
    public async Task What_changes_content_or_price_is_refused_and_named(string name, string value)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x","{{name}}":{{value}}}""");
        Assert.Equal((400, "unsupported_parameter"), (error.Status, error.Code));
        Assert.StartsWith(name, error.Param, StringComparison.Ordinal);
        Assert.Contains($"`{name}", error.Message, StringComparison.Ordinal);
        Assert.Contains("sora-2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("callback_url")]
    [InlineData("camera_control")]
    public async Task It_is_refused_in_every_place(string name)
    {
        foreach (var place in new[] { "metadata", "parameters", "extra_body" })
        {
            var error = await Orders.RefuseAsync($$$"""{"prompt":"x","{{{place}}}":{"{{{name}}}":"v"}}""");
            Assert.Equal(("unsupported_parameter", $"{place}.{name}"), (error.Code, error.Param));
        }
    }

    [Theory]
    [InlineData("fps", "30", "unsupported_parameter")]
    [InlineData("seed", "20231234", "unsupported_parameter")]
    [InlineData("seed", "\"abc\"", "unsupported_parameter")]
    [InlineData("cfg_scale", "0.7", "unsupported_parameter")]
    [InlineData("negative_prompt", "\"rain\"", "unsupported_parameter")]
    [InlineData("watermark_info", "{\"enabled\":true}", "unsupported_parameter")]
    [InlineData("quality", "\"standard\"", "unsupported_parameter")]
    [InlineData("quality", "\"HD\"", "unsupported_parameter")]
    [InlineData("quality", "\"high\"", "unsupported_parameter")]
    [InlineData("user", "\"user-1234\"", "unsupported_parameter")]
    [InlineData("something_else", "1", "unknown_parameter")]
    [InlineData("nested", "{\"a\":{\"b\":1}}", "unknown_parameter")]
    public async Task A_hint_is_accepted_with_a_warning_and_refused_by_a_strict_key(string name, string value, string code)
    {
        var json = $$"""{"prompt":"x","{{name}}":{{value}}}""";
        var warning = Assert.Single((await Orders.AcceptAsync(json)).Warnings);
        Assert.Equal((name, code), (warning.Param, warning.Code));
        Assert.Contains(name, warning.Message, StringComparison.Ordinal);

        var error = await Orders.RefuseAsync(json, Orders.Strict);
        Assert.Equal((400, code, name), (error.Status, error.Code, error.Param));
    }

    [Theory]
    [InlineData("n", "1")]
    [InlineData("n", "\"1\"")]
    [InlineData("n", "1.0")]
    [InlineData("cfg_scale", "0.5")]
    [InlineData("cfg_scale", "\"0.5\"")]
    [InlineData("response_format", "\"url\"")]
    [InlineData("audio", "true")]
    [InlineData("sound", "\"on\"")]
    [InlineData("mode", "\"t2v\"")]
    [InlineData("mode", "\"T2V\"")]
    [InlineData("negative_prompt", "\"\"")]
    [InlineData("seed", "null")]
    [InlineData("user", "null")]
    [InlineData("input_reference", "null")]
    [InlineData("input_reference", "\"\"")]
    [InlineData("input_reference", "[]")]
    [InlineData("input_reference", "{}")]
    [InlineData("input_reference", "{\"image_url\":null}")]
    [InlineData("image_urls", "[]")]
    [InlineData("video_urls", "[]")]
    [InlineData("video", "null")]
    [InlineData("camera_control", "{}")]
    [InlineData("first_last_frame", "false")]
    [InlineData("first_last_frame", "\"false\"")]
    [InlineData("stream", "false")]
    [InlineData("callback_url", "\"\"")]
    [InlineData("metadata", "null")]
    [InlineData("metadata", "\"\"")]
    [InlineData("metadata", "{}")]
    [InlineData("extra_body", "{}")]
    [InlineData("something_else", "null")]
    [InlineData("something_else", "\"\"")]
    public async Task A_neutral_value_is_accepted_in_silence_even_by_a_strict_key(string name, string value)
    {
        var order = await Orders.AcceptAsync($$"""{"prompt":"x","{{name}}":{{value}}}""", Orders.Strict);
        Assert.Empty(order.Warnings);
        Assert.Equal("t2v", order.Mode);
    }

    [Fact]
    public async Task Sound_off_is_neutral_where_the_output_has_none_and_on_is_refused()
    {
        var small = Orders.Terms with { CanServe = id => id == "lab:small" };
        Assert.False((await Orders.AcceptAsync("""{"prompt":"x","model":"lab","sound":"off"}""", small)).Audio);
        Assert.Equal("unsupported_parameter", (await Orders.RefuseAsync("""{"prompt":"x","model":"lab","sound":"on"}""", small)).Code);
    }

    [Theory]
    [InlineData("sora-2", "\"n\":1", true)]
    [InlineData("lab", "\"n\":1", false)]
    [InlineData("lab", "\"audio\":true", true)]
    [InlineData("wan", "\"n\":1", null)]
    public async Task Audio_of_the_result_is_known_where_it_can_be(string model, string field, bool? expected) =>
        Assert.Equal(expected, (await Orders.AcceptAsync($$"""{"prompt":"x","model":"{{model}}",{{field}}}""")).Audio);

    [Fact]
    public async Task Hints_go_upstream_where_the_upstream_model_takes_them()
    {
        var order = await Orders.AcceptAsync(
            """{"prompt":"x","model":"lab","seconds":5,"seed":"7","fps":24.0,"cfg_scale":"0.7","negative_prompt":"rain","watermark_info":"{\"enabled\":true}","user":"u"}""");
        Assert.Empty(order.Warnings);
        Assert.Equal("""{"seed":7,"fps":24,"cfg_scale":0.7,"negative_prompt":"rain","watermark_info":{"enabled":true}}""", order.Extras!.ToJsonString());
        Assert.Equal("u", order.User);
    }

    [Theory]
    [InlineData("seed", "\"abc\"")]
    [InlineData("seed", "1.5")]
    [InlineData("seed", "[1]")]
    [InlineData("fps", "0")]
    [InlineData("fps", "{\"a\":1}")]
    [InlineData("cfg_scale", "\"much\"")]
    [InlineData("watermark_info", "true")]
    [InlineData("user", "[1]")]
    public async Task A_hint_that_goes_upstream_must_have_its_type(string name, string value) =>
        Assert.Equal("invalid_type", (await Orders.RefuseAsync($$"""{"prompt":"x","model":"lab","seconds":5,"{{name}}":{{value}}}""")).Code);

    [Theory]
    [InlineData("n", "\"two\"")]
    [InlineData("n", "0")]
    [InlineData("n", "1.5")]
    [InlineData("audio", "\"loud\"")]
    [InlineData("audio", "{\"a\":1}")]
    [InlineData("mode", "7")]
    [InlineData("response_format", "{\"type\":\"url\"}")]
    [InlineData("external_task_id", "[1]")]
    [InlineData("user", "{\"a\":1}")]
    [InlineData("metadata", "7")]
    [InlineData("metadata", "[1]")]
    [InlineData("metadata", "\"text\"")]
    [InlineData("parameters", "\"text\"")]
    [InlineData("extra_body", "[1]")]
    [InlineData("input_reference", "7")]
    [InlineData("input_reference", "true")]
    [InlineData("input_reference", "[7]")]
    public async Task A_value_of_another_type_is_refused(string name, string value)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x","{{name}}":{{value}}}""");
        Assert.Equal((400, "invalid_type"), (error.Status, error.Code));
        Assert.StartsWith(name, error.Param, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_are_bounded_but_never_silent()
    {
        var json = "{\"prompt\":\"x\"," + string.Join(',', Enumerable.Range(0, 200).Select(number => $"\"f{number}\":1")) + "}";
        var order = await Orders.AcceptAsync(json);
        Assert.Equal(51, order.Warnings.Count);
        Assert.Equal("more_warnings", order.Warnings[^1].Code);
    }

    [Fact]
    public void Every_name_of_every_parameter_is_unique()
    {
        var names = Parameters.All.SelectMany(parameter => parameter.Aliases.Append(parameter.Name)).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.DoesNotContain(names, Parameters.Places.Contains);
    }
}
