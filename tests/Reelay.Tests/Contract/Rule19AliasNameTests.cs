namespace Reelay.Tests.Contract;

/// <summary>Rule 19: further names are data; names with a group's suffix never resolve.</summary>
public sealed class Rule19AliasNameTests
{
    [Theory]
    [InlineData("model:'sora'", "model=sora catalog=sora-2 size=720x1280")]
    [InlineData("model:'sora-tall'", "model=sora-tall catalog=sora-2-pro size=1080x1920 tier=1080p price=$2.8")]
    [InlineData("model:'sora-tall', seconds:8", "model=sora-tall seconds=8 size=1080x1920")]
    [InlineData("model:'sora-tall', size:'1080x1920'", "size=1080x1920")]
    [InlineData("model:'sora-tall', metadata:{size:'1080x1920'}", "size=1080x1920")]
    public Task An_alias_is_a_model_with_fixed_parameters(string request, string stored) => Cases.StoredAsync(request, stored, Studio.Terms);

    [Theory]
    [InlineData("model:'sora-tall', size:'1280x720'", "400 conflicting_parameters size", "`1280x720` | `sora-tall` | 1080x1920")]
    [InlineData("model:'sora-tall', metadata:{size:'1280x720'}", "400 conflicting_parameters metadata.size", "`sora-tall`")]
    [InlineData("model:'sora-tall', aspect_ratio:'16:9'", "400 conflicting_parameters aspect_ratio", "`size`")]
    [InlineData("model:'sora-2-stable'", "404 model_not_found model", "belongs to the key | `sora-2`")]
    [InlineData("model:'sora-2@official'", "404 model_not_found model", "belongs to the key | `sora-2`")]
    [InlineData("model:'sora-2:default'", "404 model_not_found model", "belongs to the key | `sora-2`")]
    [InlineData("model:'sora@official'", "404 model_not_found model", "belongs to the key | `sora-2`")]
    [InlineData("model:'gpt-image-2-stable'", "404 model_not_found model", "belongs to the key | `gpt-image-2`")]
    [InlineData("model:'kling-video-official', model_name:'kling-v3'", "404 model_not_found model", "belongs to the key | `kling-video`")]
    [InlineData("model:'kling-video', model_name:'kling-v3@official'", "400 invalid_model_name model_name", "`kling-v3@official` | `kling-v3`")]
    public Task Others_are_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Studio.Terms);
}
