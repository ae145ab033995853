namespace Reelay.Tests.Catalog;

public class SizeRuleTests
{
    [Theory]
    [InlineData("sora-2", "\"n\":1", "720x1280", "720x1280 720p")]
    [InlineData("sora-2", "\"size\":\"\"", "720x1280", "720x1280 720p")]
    [InlineData("sora-2", "\"size\":\"1280x720\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"1280X720\"", "1280X720", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"1280*720\"", "1280*720", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"1280:720\"", "1280:720", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"16:9\"", "16:9", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"9:16\"", "9:16", "720x1280 720p")]
    [InlineData("sora-2", "\"size\":\"720p\"", "720p", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"auto\"", "auto", "720x1280 720p")]
    [InlineData("sora-2", "\"size\":\"704x1280\"", "704x1280", "720x1280 720p")]
    [InlineData("sora-2", "\"size\":\"1248x704\"", "1248x704", "1280x720 720p")]
    [InlineData("sora-2", "\"width\":1280,\"height\":720", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"width\":\"1280\",\"height\":\"720\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"width\":1280,\"height\":720,\"size\":\"1280*720\"", "1280*720", "1280x720 720p")]
    [InlineData("sora-2", "\"tier\":\"720P\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"resolution\":\"720p\",\"tier\":\"720p\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"resolution\":\"1280x720\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"aspect_ratio\":\"16:9\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"ratio\":\"9:16\",\"resolution\":\"720P\"", "720x1280", "720x1280 720p")]
    [InlineData("sora-2", "\"aspect_ratio\":\"auto\"", "720x1280", "720x1280 720p")]
    [InlineData("sora-2", "\"size\":\"auto\",\"aspect_ratio\":\"16:9\"", "auto", "1280x720 720p")]
    [InlineData("sora-2", "\"size\":\"1280x720\",\"tier\":\"720p\",\"aspect_ratio\":\"16:9\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2", "\"quality\":\"720p\"", "1280x720", "1280x720 720p")]
    [InlineData("sora-2-pro", "\"size\":\"1024x1792\"", "1024x1792", "1024x1792 1024p")]
    [InlineData("sora-2-pro", "\"size\":\"1080x1920\"", "1080x1920", "1080x1920 1080p")]
    [InlineData("sora-2-pro", "\"size\":\"1920x1088\"", "1920x1088", "1920x1080 1080p")]
    [InlineData("sora-2-pro", "\"size\":\"1280x720\",\"tier\":\"1080p\"", "1280x720", "1920x1080 1080p")]
    [InlineData("sora-2-pro", "\"size\":\"1080x1920\",\"tier\":\"720p\"", "1080x1920", "720x1280 720p")]
    [InlineData("sora-2-pro", "\"size\":\"9:16\",\"quality\":\"1080p\"", "9:16", "1080x1920 1080p")]
    [InlineData("sora-2-pro", "\"quality\":\"1080p\"", "1920x1080", "1920x1080 1080p")]
    [InlineData("sora-2-pro", "\"tier\":\"1024p\"", "1792x1024", "1792x1024 1024p")]
    [InlineData("lab", "\"size\":\"4:3\"", "4:3", "960x720 720p")]
    [InlineData("wan", "\"n\":1", "1280x720", "1280x720 720p")]
    [InlineData("wan", "\"size\":\"832x480\"", "832x480", "832x480 480p")]
    [InlineData("wan", "\"size\":\"4096x4096\"", "4096x4096", "4096x4096 4096p")]
    [InlineData("wan", "\"size\":\"1920x1080\"", "1920x1080", "1920x1080 1080p")]
    [InlineData("wan", "\"size\":\"480p\"", "480p", "854x480 480p")]
    [InlineData("wan", "\"size\":\"2k\"", "2k", "2560x1440 2k")]
    [InlineData("wan", "\"size\":\"9:16\",\"tier\":\"1080p\"", "9:16", "1080x1920 1080p")]
    [InlineData("wan", "\"aspect_ratio\":\"1:1\"", "720x720", "720x720 720p")]
    public async Task Size_ratio_and_tier_give_pixels(string model, string fields, string echo, string made)
    {
        var order = await Orders.AcceptAsync($$"""{"prompt":"x","model":"{{model}}",{{fields}}}""");
        Assert.Equal(echo, order.SizeEcho);
        Assert.Equal(made, $"{order.WidthPixels}x{order.HeightPixels} {order.Tier}");
    }

    [Theory]
    [InlineData("sora-2", "\"size\":\"1024x1792\"", "size")]
    [InlineData("sora-2", "\"size\":\"1920x1080\"", "size")]
    [InlineData("sora-2", "\"size\":\"512x512\"", "size")]
    [InlineData("sora-2", "\"width\":512,\"height\":512", "width")]
    [InlineData("sora-2", "\"size\":\"1:1\"", "size")]
    [InlineData("sora-2", "\"size\":\"1080p\"", "size")]
    [InlineData("sora-2", "\"size\":\"2k\"", "size")]
    [InlineData("sora-2", "\"tier\":\"1080p\"", "tier")]
    [InlineData("sora-2", "\"resolution\":\"4k\"", "resolution")]
    [InlineData("sora-2", "\"quality\":\"480p\"", "quality")]
    [InlineData("sora-2", "\"size\":\"1280x720\",\"tier\":\"1080p\"", "size")]
    [InlineData("sora-2", "\"aspect_ratio\":\"4:3\"", "aspect_ratio")]
    [InlineData("sora-2", "\"size\":\"683x1280\"", "size")]
    [InlineData("sora-2", "\"size\":\"large\"", "size")]
    [InlineData("sora-2", "\"size\":\"16x9\"", "size")]
    [InlineData("sora-2", "\"size\":\"0x720\"", "size")]
    [InlineData("sora-2", "\"size\":\"-1x720\"", "size")]
    [InlineData("sora-2", "\"size\":\"1280x\"", "size")]
    [InlineData("sora-2", "\"size\":\"1280x720x2\"", "size")]
    [InlineData("sora-2", "\"size\":\"999999x999999\"", "size")]
    [InlineData("sora-2", "\"aspect_ratio\":\"wide\"", "aspect_ratio")]
    [InlineData("sora-2", "\"aspect_ratio\":\"16:0\"", "aspect_ratio")]
    [InlineData("sora-2", "\"tier\":\"ultra\"", "tier")]
    [InlineData("sora-2", "\"size\":\"auto\",\"tier\":\"720p\"", "size")]
    [InlineData("sora-2", "\"width\":1280", "width")]
    [InlineData("sora-2", "\"height\":720", "height")]
    [InlineData("sora-2", "\"width\":12.5,\"height\":720", "width")]
    [InlineData("sora-2", "\"width\":\"wide\",\"height\":720", "width")]
    [InlineData("sora-2", "\"width\":-1,\"height\":720", "width")]
    [InlineData("sora-2-pro", "\"size\":\"1:1\",\"tier\":\"1080p\"", "tier")]
    [InlineData("wan", "\"size\":\"1281x720\"", "size")]
    [InlineData("wan", "\"size\":\"4098x720\"", "size")]
    [InlineData("wan", "\"size\":\"32x32\"", "size")]
    [InlineData("wan", "\"size\":\"8k\"", "size")]
    public async Task A_size_that_the_model_does_not_make_is_refused(string model, string fields, string param)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x","model":"{{model}}",{{fields}}}""");
        Assert.Equal((400, "invalid_size", param), (error.Status, error.Code, error.Param));
    }

    [Fact]
    public async Task The_refusal_lists_the_sizes_and_who_else_makes_it()
    {
        var error = await Orders.RefuseAsync("""{"prompt":"x","model":"sora-2","size":"1024x1792"}""");
        Assert.Contains("`size` = `1024x1792`", error.Message, StringComparison.Ordinal);
        Assert.Contains("`sora-2` makes 720x1280, 1280x720", error.Message, StringComparison.Ordinal);
        Assert.Contains("`sora-2-pro`", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"size\":\"1280x720\",\"width\":720,\"height\":1280")]
    [InlineData("\"size\":\"1280x720\",\"aspect_ratio\":\"9:16\"")]
    [InlineData("\"size\":\"16:9\",\"ratio\":\"9:16\"")]
    [InlineData("\"size\":\"720p\",\"tier\":\"1080p\"")]
    [InlineData("\"tier\":\"720p\",\"resolution\":\"1080p\"")]
    [InlineData("\"tier\":\"720p\",\"quality\":\"1080p\"")]
    [InlineData("\"size\":\"1280x720\",\"extra_body\":{\"size\":\"720x1280\"}")]
    public async Task Parts_that_contradict_each_other_conflict(string fields) =>
        Assert.Equal("conflicting_parameters", (await Orders.RefuseAsync($$"""{"prompt":"x",{{fields}}}""")).Code);

    [Theory]
    [InlineData("\"size\":720")]
    [InlineData("\"size\":[1280,720]")]
    [InlineData("\"size\":{\"width\":1}")]
    [InlineData("\"aspect_ratio\":{\"a\":1}")]
    [InlineData("\"tier\":720")]
    [InlineData("\"quality\":1")]
    public async Task A_size_of_another_type_is_refused(string field) =>
        Assert.Equal("invalid_type", (await Orders.RefuseAsync($$"""{"prompt":"x",{{field}}}""")).Code);
}
