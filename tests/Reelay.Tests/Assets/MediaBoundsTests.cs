using Reelay.Server.Assets.Probing;

namespace Reelay.Tests.Assets;

public sealed class MediaBoundsTests
{
    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(16_384, 7_812, true)]
    [InlineData(16_384, 7_813, false)]
    [InlineData(16_385, 1, false)]
    [InlineData(1, 16_385, false)]
    [InlineData(40_000, 40_000, false)]
    [InlineData(int.MaxValue, int.MaxValue, false)]
    [InlineData(0, 10, false)]
    [InlineData(10, -1, false)]
    public void A_side_and_the_pixels_in_all_are_bounded(int width, int height, bool isAllowed) =>
        Assert.Equal(isAllowed, MediaBounds.Allow(width, height));

    [Fact]
    public void A_fault_names_the_size_and_the_bounds()
    {
        Assert.Null(MediaBounds.Fault(new MediaFacts("image/png", 640, 480, null, null, null)));
        Assert.Equal(
            "is 40000 x 40000 pixels; at most 16,384 a side and 128,000,000 in all are allowed",
            MediaBounds.Fault(new MediaFacts("image/png", 40_000, 40_000, null, null, null)));
    }

    [Fact]
    public void A_picture_must_say_how_large_it_is_and_a_clip_need_not()
    {
        Assert.Contains("no width and height", MediaBounds.Fault(new MediaFacts("image/jpeg", null, null, null, null, null)));
        Assert.Null(MediaBounds.Fault(new MediaFacts("video/webm", null, null, null, null, null)));
        Assert.Null(MediaBounds.Fault(new MediaFacts("audio/mpeg", null, null, null, null, null)));
        Assert.NotNull(MediaBounds.Fault(new MediaFacts("video/mp4", 20_000, 20_000, 2m, 24m, false)));
    }
}
